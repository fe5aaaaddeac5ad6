// Times and durations as report text, and times from it.
//
// What:    writes to memory that the caller gives and answers the end of what was written. Right for every
//          Nanoseconds but kNoTime: 1677 to 2262, leap days included. No locale, no time zone, no
//          allocation.
// Threads: pure functions; an UtcText belongs to one thread.
// Source:  ISO 8601; RFC 3339 section 5.6 for the exact form.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "deadpeer/time.h"

namespace deadpeer {

enum class TimeStyle : std::uint8_t {
    kUtc,    // 2026-11-21T06:50:00.123456789Z
    kEpoch,  // 1795243800.123456789
};

inline constexpr std::size_t kTimeTextCapacity = 32;

// REQUIRES: kTimeTextCapacity bytes at `out`; a time that is not kNoTime.
char* write_utc(char* out, Nanoseconds time);
char* write_epoch(char* out, Nanoseconds time);

// write_utc() for many times: the date is worked out once a day.
class UtcText {
public:
    char* write(char* out, Nanoseconds time);

private:
    static constexpr std::int64_t kDay = 86'400;

    void begin_day(std::int64_t second);

    std::int64_t day_begins_ = std::numeric_limits<std::int64_t>::max();  // in seconds; none is known yet
    std::array<char, 11> date_{};                                         // "2026-11-21T"
};

// What write_utc writes up to the second, and whole seconds that nanoseconds and a fraction can tell.
inline constexpr std::string_view kUtcSecond = "2026-11-21T06:50:00";
inline constexpr std::int64_t kMostWholeSeconds = 9'223'372'035;

// Nothing if it has not that form, or there is no such time within kMostWholeSeconds.
std::optional<Nanoseconds> parse_utc_second(std::string_view text);

// Seconds with up to 9 decimals and no trailing zeros: 75, 0.0005.
char* write_seconds(char* out, Nanoseconds duration);

}  // namespace deadpeer
