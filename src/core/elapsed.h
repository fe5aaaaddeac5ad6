// elapsed: the time from one point to another, whatever the points.
//
// What:    times come from captures, so two of them may be further apart than nanoseconds in 64 bits can say
//          (292 years); then the answer is the nearest that can be said. Negative if time went back.
// Threads: pure function.
#pragma once

#include <limits>

#include "deadpeer/time.h"

namespace deadpeer {

// REQUIRES: neither is kNoTime.
constexpr Nanoseconds elapsed(Nanoseconds from, Nanoseconds to) {
    Nanoseconds difference = 0;
    if (!__builtin_sub_overflow(to, from, &difference)) return difference;
    return to > from ? std::numeric_limits<Nanoseconds>::max() : std::numeric_limits<Nanoseconds>::min();
}

}  // namespace deadpeer
