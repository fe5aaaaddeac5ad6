// LostMoment: when several hosts lost their connections with one peer.
//
// Threads: a plain value.
#pragma once

#include <cstdint>

#include "deadpeer/time.h"

namespace deadpeer {

// Between the last word of a host and the first RST.
struct LostMoment {
    Nanoseconds from = kNoTime;
    Nanoseconds to = kNoTime;
    std::uint32_t hosts = 0;
    bool refused_since = false;  // new connections to those ports were refused after it, and none accepted
};

}  // namespace deadpeer
