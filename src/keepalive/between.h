// between: a time span of a capture, where it can be told.
//
// Threads: pure function.
#pragma once

#include "core/elapsed.h"
#include "deadpeer/time.h"

namespace deadpeer {

// kNoTime if one of the two is unknown, or if time went back.
constexpr Nanoseconds between(Nanoseconds earlier, Nanoseconds later) {
    if (earlier == kNoTime || later == kNoTime || later < earlier) return kNoTime;
    return elapsed(earlier, later);
}

}  // namespace deadpeer
