#include "diff/snapshot.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/file_kind.h"
#include "diff/report_file.h"
#include "report/reports.h"

namespace deadpeer {
namespace {

Status read_flows(const std::string& path, std::vector<FlowRecord>& flows) {
    return read_report<9>(
        path,
        {"stream", "initiator", "initiator_port", "responder", "responder_port", "first_utc", "verdict",
         "verdict_frame", "roles"},
        [&](const std::array<std::string, 9>& cells) {
            FlowRecord flow;
            // A run with a filter knows no stream numbers.
            if (!cells[0].empty()) flow.stream = number_of(cells[0], "stream", EmptyCell::kIsBad);
            flow.initiator = {address_of(cells[1], "initiator"), port_of(cells[2], "initiator_port")};
            flow.responder = {address_of(cells[3], "responder"), port_of(cells[4], "responder_port")};
            flow.first_time = time_of(cells[5], "first_utc");
            flow.verdict = verdict_of(cells[6]);
            flow.verdict_frame = number_of(cells[7], "verdict_frame", EmptyCell::kIsUnknown);
            flow.roles_guessed = cells[8] != "handshake";
            flows.push_back(flow);
        });
}

// Which addresses and ports make two events of a kind the same.
struct Identity {
    bool compared = false;
    bool port = false;
    bool peer = false;
};

Identity identity_of(EventKind kind) {
    switch (kind) {
        case EventKind::kHostRebooted:
        case EventKind::kAddressMoved:
        case EventKind::kAddressConflict:
            return {.compared = true};
        case EventKind::kIdleTimeoutOnPath:
        case EventKind::kHeartbeatStopped:
        case EventKind::kMiddleboxRestarted:
            return {.compared = true, .peer = true};
        case EventKind::kCapacityWarning:
        case EventKind::kIdleClose:
            return {.compared = true, .port = true};
        default:
            return {};  // the verdicts of the connections say so too, or it is passing
    }
}

// Events leave empty what they are not about.
IpAddress known_address(const std::string& cell, const char* column) {
    return cell.empty() ? IpAddress{} : address_of(cell, column);
}
std::uint16_t known_port(const std::string& cell, const char* column) {
    return cell.empty() ? std::uint16_t{0} : port_of(cell, column);
}

Status read_events(const std::string& path, std::vector<EventRecord>& events) {
    return read_report<5>(path, {"event", "subject", "subject_port", "peer", "time_utc"},
                          [&](const std::array<std::string, 5>& cells) {
                              EventRecord event;
                              event.kind = event_of(cells[0]);
                              const Identity identity = identity_of(event.kind);
                              // A row that tells of left-out ones is about nobody.
                              if (!identity.compared || cells[1].empty()) return;
                              event.subject.address = address_of(cells[1], "subject");
                              if (identity.port) event.subject.port = known_port(cells[2], "subject_port");
                              if (identity.peer) event.peer = known_address(cells[3], "peer");
                              event.time = time_of(cells[4], "time_utc");
                              events.push_back(event);
                          });
}

Status read_hosts(const std::string& path, std::vector<HostRecord>& hosts) {
    return read_report<5>(path,
                          {"host", "name", "keepalive_idle_s", "keepalive_interval_s", "keepalive_count"},
                          [&](const std::array<std::string, 5>& cells) {
                              HostRecord host;
                              host.address = address_of(cells[0], "host");
                              host.name = cells[1];
                              host.idle = duration_of(cells[2], "keepalive_idle_s");
                              host.interval = duration_of(cells[3], "keepalive_interval_s");
                              host.count = number_of(cells[4], "keepalive_count", EmptyCell::kIsUnknown);
                              hosts.push_back(std::move(host));
                          });
}

}  // namespace

Result<char> delimiter_of(const std::string& path) {
    constexpr const char* kAdvice = "Name a folder that -o wrote.";
    // Who opened a pipe would wait for its writer.
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
        return Error{fmt::format("Cannot read {}: it is {}, not a report. {}", path, file_kind(info.st_mode),
                                 kAdvice)};
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string start(64, '\0');
    file.read(start.data(), static_cast<std::streamsize>(start.size()));
    if (file.bad() || (!file.eof() && file.fail())) {
        return Error{fmt::format("Cannot read {}: {}. {}", path, std::strerror(errno), kAdvice)};
    }
    start.resize(static_cast<std::size_t>(file.gcount()));
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (start.starts_with(kByteOrderMark)) start.erase(0, kByteOrderMark.size());
    const std::size_t end = start.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
    const char delimiter = end == std::string::npos || end == 0 ? '\0' : start[end];
    if (delimiter != '\0' && std::string_view(",;|\t").find(delimiter) != std::string_view::npos)
        return delimiter;
    return Error{fmt::format("{}, line 1: this is not the header of a report. {}", path, kAdvice)};
}

void note_names(const std::vector<HostRecord>& hosts, HostNames& names) {
    for (const HostRecord& host : hosts) {
        if (!host.name.empty()) names.emplace(host.address, host.name);
    }
}

Result<Snapshot> load_snapshot(const std::string& folder) {
    Snapshot snapshot;
    const auto path = [&](Report report) { return folder + "/" + file_name(report); };
    Status read = read_flows(path(Report::kFlows), snapshot.flows);
    if (read) read = read_events(path(Report::kEvents), snapshot.events);
    if (read) read = read_hosts(path(Report::kHosts), snapshot.hosts);
    if (!read) return read.error();
    return snapshot;
}

}  // namespace deadpeer
