// Arrivals: what one pair of connections tells of whether segments arrived, apart from seeing them arrive.
//
// What:    for each segment seen at the point that is nearer to its sender: what was sent back tells whether
//          it arrived, seen there or not. An acknowledgement, the answer to a probe, or an echoed time stamp
//          that no other transmission explains is a proof that it did. If a later transmission was seen at
//          both points and what acknowledges came only after that one, it did not.
//          The same for what was seen only at the point that is nearer to the receiver: its sender went on
//          with the number after it, so it had sent it.
// Cost:    sorting, and a look-up a segment.
// Threads: pure function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compare/packet_pairs.h"

namespace deadpeer::comparing {

enum class Arrival : std::uint8_t {
    kSeen,       // at the other point, too
    kProved,     // it passed the other point, whose capture misses it
    kRefuted,    // only a later transmission arrived
    kUnasked,    // it asks for no answer
    kUnknown,    // it was answered, if at all, as other segments explain
    kUnanswered  // it asks for an answer, and none came
};

// By place at the point nearer to the sender. REQUIRES: the clock is known and the pairs are complete.
std::vector<Arrival> arrivals(const PacketPairs& pairs, std::size_t side, const Clock& clock);

// Of what a point should have seen, because it came from its side or passed it, by all other signs: how much
// it did, and how much it misses.
struct Completeness {
    std::uint64_t seen = 0;
    std::uint64_t missed = 0;

    // How likely it is, at most, that it misses the next one. Begins at 1 in 100, and learns.
    [[nodiscard]] double miss_chance() const {
        return (static_cast<double>(missed) + 0.1) / (static_cast<double>(seen + missed) + 10.0);
    }
    void add(const Completeness& more) {
        seen += more.seen;
        missed += more.missed;
    }
};

}  // namespace deadpeer::comparing
