// What kinds of events have in common.
//
// Threads: pure functions.
#pragma once

#include "deadpeer/finding.h"

namespace deadpeer {

// Finding::lost says of which connections.
constexpr bool names_streams(EventKind kind) {
    return kind == EventKind::kHostRebooted || kind == EventKind::kMiddleboxRestarted ||
           kind == EventKind::kAddressMoved || kind == EventKind::kAddressConflict;
}

// Told once for several connections.
constexpr bool is_of_several(EventKind kind) {
    return names_streams(kind) || kind == EventKind::kIdleTimeoutOnPath ||
           kind == EventKind::kCapacityWarning;
}

}  // namespace deadpeer
