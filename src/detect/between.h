// between: a time span of a capture, where it can be told.
//
// Threads: pure function.
#pragma once

#include "deadpeer/time.h"

namespace deadpeer {

// What seems longer is a clock that was set: no timer waits for so long, and small multiples of it fit.
inline constexpr Nanoseconds kLongestSpan = 10 * 365 * 86'400 * kSecond;

// kNoTime if one of the two is unknown, if time went back, or if it went on for longer than kLongestSpan.
constexpr Nanoseconds between(Nanoseconds earlier, Nanoseconds later) {
    if (earlier == kNoTime || later == kNoTime || later < earlier) return kNoTime;
    return later - earlier <= kLongestSpan ? later - earlier : kNoTime;
}

}  // namespace deadpeer
