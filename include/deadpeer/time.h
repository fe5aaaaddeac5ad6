// Capture time.
//
// What:    points in time and durations are signed 64-bit counts of nanoseconds; points count from
//          1970-01-01T00:00:00Z, so they cover the years 1678 to 2262.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <limits>

namespace deadpeer {

using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds kMicrosecond = 1'000;
inline constexpr Nanoseconds kMillisecond = 1'000'000;
inline constexpr Nanoseconds kSecond = 1'000'000'000;

// A frame without a usable time stamp (a pcapng Simple Packet Block has none, and an interface may
// declare a resolution that does not fit). Such a frame takes part in counts, never in intervals.
inline constexpr Nanoseconds kNoTime = std::numeric_limits<Nanoseconds>::min();

}  // namespace deadpeer
