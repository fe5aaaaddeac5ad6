// is_death: which verdicts say that a connection was lost.
//
// Threads: pure function.
#pragma once

#include "deadpeer/finding.h"

namespace deadpeer {

// Whether the connection was taken from who used it: neither one that never opened nor one that an end
// refused or aborted.
constexpr bool is_death(Verdict verdict) {
    switch (verdict) {
        case Verdict::kPeerDead:
        case Verdict::kPathDead:
        case Verdict::kPeerRebooted:
        case Verdict::kPeerLostState:
        case Verdict::kMiddleboxReset:
        case Verdict::kMiddleboxRestarted:
        case Verdict::kAddressMoved:
        case Verdict::kAddressConflict:
        case Verdict::kPathMtu:
        case Verdict::kPeerRestored:
            return true;
        default:
            return false;
    }
}

}  // namespace deadpeer
