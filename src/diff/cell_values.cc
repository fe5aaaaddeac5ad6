#include "diff/cell_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/parse_address.h"
#include "core/parse_number.h"
#include "deadpeer/names.h"
#include "report/text/time_text.h"

namespace deadpeer {
namespace {

[[noreturn]] void refuse(std::string_view cell, const char* column, std::string_view wanted) {
    throw BadRow{fmt::format("{} must be {}, not \"{}\"", column, wanted, cell)};
}

// ".5" is half a second, "" is none.
std::optional<Nanoseconds> fraction(std::string_view text) {
    if (text.empty()) return 0;
    if (text.front() != '.' || text.size() > 10) return std::nullopt;
    text.remove_prefix(1);
    auto nanoseconds = parse_number<std::uint64_t>(text);
    if (!nanoseconds) return std::nullopt;
    for (std::size_t i = text.size(); i < 9; ++i) *nanoseconds *= 10;
    return static_cast<Nanoseconds>(*nanoseconds);
}

std::optional<Nanoseconds> decimal_seconds(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    if (negative) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    const auto whole = parse_number<std::uint64_t>(text.substr(0, point));
    const auto rest = fraction(text.substr(point));
    if (!whole || !rest || *whole > std::uint64_t{kMostWholeSeconds}) return std::nullopt;
    const Nanoseconds value = static_cast<Nanoseconds>(*whole) * kSecond + *rest;
    return negative ? -value : value;
}

std::optional<Nanoseconds> utc(std::string_view text) {
    if (text.size() <= kUtcSecond.size() || text.back() != 'Z') return std::nullopt;
    const auto second = parse_utc_second(text.substr(0, kUtcSecond.size()));
    const auto rest = fraction(text.substr(kUtcSecond.size(), text.size() - kUtcSecond.size() - 1));
    if (!second || !rest) return std::nullopt;
    return *second + *rest;
}

// The value of an enumeration with that name; nothing if there is none.
template <typename Enum>
std::optional<Enum> named(std::string_view word) {
    constexpr std::size_t kMoreThanAny = 64;
    for (std::size_t i = 0; i < kMoreThanAny; ++i) {
        const auto value = static_cast<Enum>(i);
        if (to_string(value) == word) return value;
    }
    return std::nullopt;
}

}  // namespace

std::uint64_t number_of(std::string_view cell, const char* column, EmptyCell empty) {
    if (cell.empty() && empty == EmptyCell::kIsUnknown) return 0;
    const auto number = parse_number<std::uint64_t>(cell);
    if (!number) refuse(cell, column, "a number");
    return *number;
}

std::uint16_t port_of(std::string_view cell, const char* column) {
    const auto number = parse_number<std::uint16_t>(cell);
    if (!number) refuse(cell, column, "a number from 0 to 65535");
    return *number;
}

IpAddress address_of(const std::string& cell, const char* column) {
    const auto address = parse_address(cell);
    if (!address) refuse(cell, column, "an IP address");
    return *address;
}

Nanoseconds time_of(std::string_view cell, const char* column) {
    if (cell.empty()) return kNoTime;
    const auto time = cell.find('T') == std::string_view::npos ? decimal_seconds(cell) : utc(cell);
    if (!time) refuse(cell, column, "a time such as 2026-11-21T06:50:00.5Z, or seconds since 1970");
    return *time;
}

Nanoseconds duration_of(std::string_view cell, const char* column) {
    if (cell.empty()) return kNoTime;
    const auto duration = decimal_seconds(cell);
    if (!duration || *duration < 0) refuse(cell, column, "a number of seconds");
    return *duration;
}

Verdict verdict_of(std::string_view cell) {
    const auto verdict = named<Verdict>(cell);
    if (!verdict) refuse(cell, "verdict", "one that this version knows");
    return *verdict;
}

EventKind event_of(std::string_view cell) {
    const auto kind = cell.empty() ? std::nullopt : named<EventKind>(cell);
    if (!kind) refuse(cell, "event", "one that this version knows");
    return *kind;
}

}  // namespace deadpeer
