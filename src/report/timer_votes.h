// TimerVotes: the keepalive setting that most connections of a host show.
//
// What:    connections that share a time and contradict each other in nothing vote together, and complete
//          what the other does not tell. Of many settings three are kept, with a bound on memory rather than
//          an exact count: one that a quarter of the connections show is never lost (Misra and Gries,
//          "Finding repeated elements", 1982).
// Threads: plain value.
#pragma once

#include <array>
#include <cstdint>

#include "deadpeer/flow_summary.h"

namespace deadpeer {

class TimerVotes {
public:
    struct Candidate {
        KeepaliveTimer timer;
        std::uint8_t payload = 0;  // bytes in its probes
        std::uint64_t votes = 0;
    };

    void add(const Candidate& candidate);
    TimerVotes& operator+=(const TimerVotes& other);

    // nullptr if nothing was voted for; of equals the first.
    [[nodiscard]] const Candidate* winner() const;

private:
    std::array<Candidate, 3> candidates_{};
};

}  // namespace deadpeer
