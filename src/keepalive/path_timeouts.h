// Path timeouts: connections over one pair of hosts that fail after the same idle time, while shorter idles
// survive, accuse a box between them that forgets idle connections.
//
// Threads: pure function.
#pragma once

#include <cstdint>
#include <vector>

#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/time.h"

namespace deadpeer {

// What one connection says about its path.
struct PathExperience {
    IpAddress low;  // the hosts, the lower one first
    IpAddress high;
    Nanoseconds survived = kNoTime;  // longest silence it came through
    Nanoseconds failed = kNoTime;    // silence after which it failed; kNoTime if it did not
    Nanoseconds time = kNoTime;      // of the failure
    std::uint32_t file = 0;
    std::uint64_t frame = 0;
    std::uint64_t stream = 0;
    Endpoint failed_end;  // the end that was not reached any more, and the other
    Endpoint other_end;
};

// One finding for each pair of hosts and idle time. `experiences` is sorted on the way.
std::vector<Finding> path_timeouts(std::vector<PathExperience>& experiences);

}  // namespace deadpeer
