// heard_last: when the side that failed was heard last before its failure became known.
#pragma once

#include "deadpeer/time.h"

namespace deadpeer {

// `half_open`: from then until `time`. kNoTime if one of them is not known.
constexpr Nanoseconds heard_last(Nanoseconds time, Nanoseconds half_open) {
    return time != kNoTime && half_open > 0 ? time - half_open : kNoTime;
}

}  // namespace deadpeer
