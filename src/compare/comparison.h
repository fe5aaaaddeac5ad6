// Comparison: two capture points, put together.
//
//     Comparison comparison(a, b);
//     for (std::size_t i = 0; i < comparison.connections().size(); ++i) {
//         const Path path = comparison.path(i, [](const SegmentFate& fate) { ... });
//     }
//
// What:     pairs connections and packets, and finds the clock; what became of the segments of one connection
//           is worked out when it is asked for.
// Memory:   8 bytes a segment, and 24 while the clock is being looked for.
// Lifetime: the points must outlive it.
// Threads:  one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "compare/clock.h"
#include "compare/fates.h"
#include "compare/packet_pairs.h"
#include "compare/path_verdict.h"

namespace deadpeer::comparing {

// One segment that did not cross, or was changed, and what is known of it at the other point.
struct SegmentFate {
    const SegmentRecord* at_a = nullptr;  // null: not seen there
    const SegmentRecord* at_b = nullptr;
    bool from_a = true;  // it went from A to B
    Fate fate = Fate::kUnknown;
    Changes changed = 0;

    // Where its sender's side saw it; or where it was made up.
    [[nodiscard]] const SegmentRecord& seen() const {
        return at_a != nullptr && (from_a || at_b == nullptr) ? *at_a : *at_b;
    }
};

// What the packets of one direction took.
struct Delay {
    Nanoseconds least = kNoTime;
    Nanoseconds median = kNoTime;
};

// A pair of connections. Times are A's.
struct Path {
    const PointConnection* a = nullptr;
    const PointConnection* b = nullptr;
    ConnectionPair pair;
    std::uint64_t packets_paired = 0;
    std::uint64_t lost_a_to_b = 0;
    std::uint64_t lost_b_to_a = 0;
    std::uint64_t injected_at_a = 0;
    std::uint64_t injected_at_b = 0;
    std::uint64_t changed = 0;
    std::uint64_t unknown = 0;
    Delay a_to_b;
    Delay b_to_a;
    Nanoseconds clock_offset = kNoTime;
    Nanoseconds clock_error = kNoTime;
    std::uint64_t probes_sent = 0;
    std::uint64_t probes_crossed = 0;
    std::uint64_t answers_crossed = 0;
    Nanoseconds last_crossed = kNoTime;  // before the first that was lost, if any was
    Nanoseconds first_lost = kNoTime;    // of those that the verdict is about, if it is about such
    Nanoseconds idle_before_loss = kNoTime;
    PathVerdict verdict;
    bool other_holds = false;                 // the side that is not the verdict's neither ended nor reset it
    const SegmentRecord* decisive = nullptr;  // the first that was lost, or the RST
    Changes rewritten = 0;                    // fields that the path changes in most packets
};

class Comparison {
public:
    Comparison(const CapturePoint& a, const CapturePoint& b);
    Comparison(const Comparison&) = delete;
    Comparison& operator=(const Comparison&) = delete;

    [[nodiscard]] const std::vector<ConnectionPair>& connections() const { return connections_; }
    [[nodiscard]] const PacketPairs& packets(std::size_t i) const { return packets_[i]; }
    [[nodiscard]] const Clock& clock() const { return clock_; }
    [[nodiscard]] const BothComplete& complete() const { return complete_; }
    [[nodiscard]] const CapturePoint& a() const { return a_; }
    [[nodiscard]] const CapturePoint& b() const { return b_; }
    [[nodiscard]] Fates fates_of(std::size_t i) const;

    // `tell` is called for each segment that did not cross or was changed, A's first.
    Path path(std::size_t i, const std::function<void(const SegmentFate&)>& tell) const;

private:
    const CapturePoint& a_;
    const CapturePoint& b_;
    std::vector<ConnectionPair> connections_;
    std::vector<PacketPairs> packets_;
    Clock clock_;
    BothComplete complete_;
};

}  // namespace deadpeer::comparing
