// Capture time.
//
// What:    points in time and durations are signed 64-bit counts of nanoseconds; points count from
//          1970-01-01T00:00:00Z and lie in the years 1896 to 2116, so that the difference of any two fits.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <limits>

namespace deadpeer {

using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds kMicrosecond = 1'000;
inline constexpr Nanoseconds kMillisecond = 1'000'000;
inline constexpr Nanoseconds kSecond = 1'000'000'000;

// The first and the last point in time that are usable.
inline constexpr Nanoseconds kEarliestTime = -(Nanoseconds{1} << 61);
inline constexpr Nanoseconds kLatestTime = (Nanoseconds{1} << 62) - 1;

// A frame without a usable time stamp (a pcapng Simple Packet Block has none, and an interface may
// declare a resolution that does not fit). Such a frame takes part in counts, never in intervals.
inline constexpr Nanoseconds kNoTime = std::numeric_limits<Nanoseconds>::min();

}  // namespace deadpeer
