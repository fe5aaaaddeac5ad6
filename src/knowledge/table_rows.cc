#include "knowledge/table_rows.h"

#include <cmath>

#include "core/parse_number.h"
#include "knowledge/table_reader.h"

namespace deadpeer {
namespace {

[[noreturn]] void refuse(const std::string& cell, const char* column, const std::string& wanted) {
    throw BadCell{std::string(column) + " must be " + wanted + ", not \"" + cell + "\""};
}

KeepaliveProfile profile(const TableCells<10>& cells) {
    const auto& [name, kind, idle, interval, count, payload, spacing, verified, source, note] = cells;
    KeepaliveProfile row;
    row.name = name_cell(name, "name");
    row.is_os = either_cell(kind, "kind", "os", "application");
    row.idle = seconds_cell(idle, "idle_s");
    row.interval = seconds_cell(interval, "interval_s");
    row.count = number_cell(count, "count", 1, 1'000'000);
    if (!payload.empty()) {
        row.payload = static_cast<std::uint8_t>(number_cell(payload, "payload_bytes", 0, 1));
    }
    if (!spacing.empty()) row.exponential = either_cell(spacing, "spacing", "exponential", "fixed");
    row.verified = either_cell(verified, "verified", "yes", "no");
    row.source = source;
    row.note = note;
    if (row.idle == kNoTime && row.interval == kNoTime && row.count == 0) {
        throw BadCell{"idle_s, interval_s and count are all empty: nothing to compare with"};
    }
    return row;
}

IdleTimeout timeout(const TableCells<6>& cells) {
    const auto& [name, idle, at_expiry, verified, source, note] = cells;
    IdleTimeout row;
    row.name = name_cell(name, "name");
    row.idle = seconds_cell(idle, "idle_s");
    if (row.idle == kNoTime) throw BadCell{"idle_s is empty"};
    row.at_expiry = at_expiry;
    row.verified = either_cell(verified, "verified", "yes", "no");
    row.source = source;
    row.note = note;
    return row;
}

void read_length(const std::string& cell, BytePattern& pattern) {
    if (cell.empty()) return;
    const std::size_t dash = cell.find('-');
    pattern.least_length = number_cell(cell.substr(0, dash), "length", 1, 64);
    pattern.most_length = dash == std::string::npos ? pattern.least_length
                                                    : number_cell(cell.substr(dash + 1), "length", 1, 64);
    if (pattern.most_length < pattern.least_length) refuse(cell, "length", "a number or least-most");
}

HeartbeatPattern heartbeat_pattern(const TableCells<7>& cells) {
    const auto& [protocol, message, bytes, contains, length, verified, source] = cells;
    HeartbeatPattern row;
    row.protocol = name_cell(protocol, "protocol");
    row.message = message;
    auto start = parse_masked_bytes(bytes);
    if (!start) refuse(bytes, "bytes", "pairs of hexadecimal digits or ?");
    row.pattern.start = std::move(*start);
    auto text = unescape(contains);
    if (!text) refuse(contains, "contains", "text whose backslashes begin \\r \\n \\t \\\\ or \\xHH");
    row.pattern.contains = std::move(*text);
    if (row.pattern.start.empty() && row.pattern.contains.empty()) {
        throw BadCell{"bytes and contains are both empty: that would match everything"};
    }
    read_length(length, row.pattern);
    row.verified = either_cell(verified, "verified", "yes", "no");
    row.source = source;
    return row;
}

}  // namespace

Nanoseconds seconds_cell(const std::string& cell, const char* column) {
    if (cell.empty()) return kNoTime;
    const auto seconds = parse_number<double>(cell);
    // Written so that NaN is refused too.
    if (!seconds || !(*seconds >= 1e-3 && *seconds <= 1e9)) {
        refuse(cell, column, "a number of seconds from 0.001 to 1000000000");
    }
    return std::llround(*seconds * static_cast<double>(kSecond));
}

std::uint32_t number_cell(const std::string& cell, const char* column, std::uint32_t least,
                          std::uint32_t most) {
    if (cell.empty()) return 0;
    const auto number = parse_number<std::uint32_t>(cell);
    if (!number || *number < least || *number > most) {
        refuse(cell, column, "a number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return *number;
}

bool either_cell(const std::string& cell, const char* column, const char* yes, const char* no) {
    if (cell != yes && cell != no) refuse(cell, column, std::string(yes) + " or " + no);
    return cell == yes;
}

std::string name_cell(const std::string& cell, const char* column) {
    if (cell.empty()) throw BadCell{std::string(column) + " is empty"};
    if (cell.find(';') != std::string::npos) refuse(cell, column, "without a semicolon");
    return cell;
}

Result<std::vector<KeepaliveProfile>> read_profiles(const TableInput& input) {
    // What the user wrote is what the user vouches for, so `verified` may be left out.
    return read_table<KeepaliveProfile, 10>(input,
                                            {"name", "kind", "idle_s", "interval_s", "count", "payload_bytes",
                                             "spacing", "verified", "source", "note"},
                                            3, {"", "", "", "", "", "", "", "yes", "", ""}, profile);
}

Result<std::vector<IdleTimeout>> read_timeouts(const TableInput& input) {
    return read_table<IdleTimeout, 6>(input, {"name", "idle_s", "at_expiry", "verified", "source", "note"}, 2,
                                      {"", "", "", "yes", "", ""}, timeout);
}

Result<std::vector<HeartbeatPattern>> read_patterns(const TableInput& input) {
    return read_table<HeartbeatPattern, 7>(
        input, {"protocol", "message", "bytes", "contains", "length", "verified", "source"}, 3,
        {"", "", "", "", "", "yes", ""}, heartbeat_pattern);
}

}  // namespace deadpeer
