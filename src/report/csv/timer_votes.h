// TimerVotes: the keepalive settings that the connections of a host show, and how many show each.
//
// What:    connections that share a time and contradict each other in nothing vote together, and complete
//          what the other does not tell. Of many settings sixteen are kept, or fewer as the caller says, with
//          a bound on memory rather than an exact count: one that a seventeenth of the connections show is
//          never lost (Misra and Gries, "Finding repeated elements", 1982).
// Memory:  48 bytes for each that is kept, in a vector that doubles.
// Threads: plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadpeer/flow_summary.h"

namespace deadpeer {

class TimerVotes {
public:
    struct Candidate {
        KeepaliveTimer timer;
        std::uint8_t payload = 0;       // bytes in its probes
        std::uint64_t votes = 0;        // by these the kept ones are chosen
        std::uint64_t connections = 0;  // that show it
    };

    static constexpr std::size_t kMost = 16;

    // One connection shows it. Beyond `most` settings none is kept in addition. Gives how many more are kept.
    std::size_t add(const KeepaliveTimer& timer, std::uint8_t payload, std::size_t most = kMost);

    // nullptr if nothing was voted for; of equals the first.
    [[nodiscard]] const Candidate* winner() const;

    // Those that are kept, whatever their probes carry, most connections first; and how many connections show
    // others.
    [[nodiscard]] std::vector<Candidate> kept() const;
    [[nodiscard]] std::uint64_t others() const { return others_; }

private:
    std::vector<Candidate> candidates_;
    std::uint64_t others_ = 0;
};

}  // namespace deadpeer
