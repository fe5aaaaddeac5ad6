#include "diff/cell_values.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <optional>

#include "core/parse_address.h"
#include "report/names.h"

namespace deadpeer {
namespace {

[[noreturn]] void refuse(std::string_view cell, const char* column, std::string_view wanted) {
    throw BadRow{fmt::format("{} must be {}, not \"{}\"", column, wanted, cell)};
}

// Of digits only; nothing if it is empty or does not fit.
std::optional<std::uint64_t> digits(std::string_view text) {
    std::uint64_t number = 0;
    if (text.empty() || text.front() == '-') return std::nullopt;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

// Whole seconds, away from what nanoseconds can hold.
constexpr std::int64_t kMostSeconds = 9'223'372'035;

// ".5" is half a second, "" is none.
std::optional<Nanoseconds> fraction(std::string_view text) {
    if (text.empty()) return 0;
    if (text.front() != '.' || text.size() > 10) return std::nullopt;
    text.remove_prefix(1);
    auto nanoseconds = digits(text);
    if (!nanoseconds) return std::nullopt;
    for (std::size_t i = text.size(); i < 9; ++i) *nanoseconds *= 10;
    return static_cast<Nanoseconds>(*nanoseconds);
}

std::optional<Nanoseconds> decimal_seconds(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    if (negative) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    const auto whole = digits(text.substr(0, point));
    const auto rest = fraction(text.substr(point));
    if (!whole || !rest || *whole > std::uint64_t{kMostSeconds}) return std::nullopt;
    const Nanoseconds value = static_cast<Nanoseconds>(*whole) * kSecond + *rest;
    return negative ? -value : value;
}

std::optional<Nanoseconds> utc(std::string_view text) {
    constexpr std::string_view kForm = "0000-00-00T00:00:00";
    if (text.size() <= kForm.size() || text.back() != 'Z') return std::nullopt;
    for (std::size_t i = 0; i < kForm.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (kForm[i] == '0' ? !digit : text[i] != kForm[i]) return std::nullopt;
    }
    const auto part = [&](std::size_t at, std::size_t size) {
        return static_cast<std::int64_t>(*digits(text.substr(at, size)));
    };
    const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(part(0, 4))),
                                          std::chrono::month(static_cast<unsigned>(part(5, 2))),
                                          std::chrono::day(static_cast<unsigned>(part(8, 2)))};
    if (!day.ok() || part(11, 2) > 23 || part(14, 2) > 59 || part(17, 2) > 59) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(day).time_since_epoch().count();
    const std::int64_t seconds = days * 86400 + part(11, 2) * 3600 + part(14, 2) * 60 + part(17, 2);
    const auto rest = fraction(text.substr(kForm.size(), text.size() - kForm.size() - 1));
    if (!rest || seconds > kMostSeconds || seconds < -kMostSeconds) return std::nullopt;
    return seconds * kSecond + *rest;
}

// The value of an enumeration with that name; nothing if there is none.
template <typename Enum>
std::optional<Enum> named(std::string_view word) {
    constexpr std::size_t kMoreThanAny = 64;
    for (std::size_t i = 0; i < kMoreThanAny; ++i) {
        const auto value = static_cast<Enum>(i);
        if (name(value) == word) return value;
    }
    return std::nullopt;
}

}  // namespace

std::uint64_t number_of(std::string_view cell, const char* column, EmptyCell empty) {
    if (cell.empty() && empty == EmptyCell::kIsUnknown) return 0;
    const auto number = digits(cell);
    if (!number) refuse(cell, column, "a number");
    return *number;
}

std::uint16_t port_of(std::string_view cell, const char* column) {
    const auto number = digits(cell);
    if (!number || *number > 0xffff) refuse(cell, column, "a number from 0 to 65535");
    return static_cast<std::uint16_t>(*number);
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
