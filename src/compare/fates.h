// Fates: what became of each segment between the two points.
//
// What:    what both points saw crossed, with what was changed on the way. What only the point nearer to the
//          sender saw was lost between, if the other one would have seen it: it captured at that time, and
//          either never misses anything, as far as can be told, or misses too rarely to have missed all of a
//          run of them, or only a later transmission was acknowledged. What only the point nearer to the
//          receiver saw was injected between, if its sender went on as if it had not sent it, or it came with
//          another TTL than all else, or its point never misses anything. The rest is unknown.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "compare/arrivals.h"
#include "compare/capture_point.h"
#include "compare/packet_pairs.h"

namespace deadpeer::comparing {

enum class Fate : std::uint8_t { kCrossed, kLostBetween, kInjectedBetween, kChangedBetween, kUnknown };

// Of the segments of one pair of connections, by place.
struct Fates {
    std::array<std::vector<Fate>, 2> at;  // A, B

    [[nodiscard]] const std::vector<Fate>& of(bool at_a) const { return at[at_a ? 0 : 1]; }
    [[nodiscard]] std::vector<Fate>& of(bool at_a) { return at[at_a ? 0 : 1]; }
};

// Both points, A first.
using BothComplete = std::array<Completeness, 2>;

// What one pair of connections tells of both.
BothComplete completeness(const PacketPairs& pairs, const Clock& clock);

Fates fates(const PacketPairs& pairs, const CapturePoint& a, const CapturePoint& b, const Clock& clock,
            const BothComplete& complete);

}  // namespace deadpeer::comparing
