// Work: how much was looked at, for tests of what a question costs.
//
// Cost:    nothing where connections are followed: only who looks at others than the one at hand counts.
// Threads: each has its own.
#pragma once

#include <cstdint>

namespace deadpeer {

struct Work {
    // Connections that were looked at for the sake of another.
    static inline thread_local std::uint64_t connections = 0;
    // Questions about a connection that were answered as time passed.
    static inline thread_local std::uint64_t answers = 0;
};

}  // namespace deadpeer
