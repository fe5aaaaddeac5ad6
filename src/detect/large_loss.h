// LargeLoss: large segments of one side that find no answer, again and again, while small ones pass: the
// path's MTU is smaller than the side believes.
//
// What:    kept from the first retransmission of a large segment until the other side acknowledges it. Signs
//          that small ones pass, and that the other side lives: SACK blocks of few octets, and new data of it
//          after an ACK of this one, where it would have repeated the old if that had been lost. What the
//          window has no room for, or is answered at once, does not vanish on the path.
// Threads: they change the Watch that is given; one at a time.
#pragma once

#include <cstdint>

#include "core/seq.h"
#include "deadpeer/segment.h"
#include "deadpeer/time.h"
#include "detect/connection_view.h"
#include "detect/frame_trail.h"

namespace deadpeer {

struct Watch;
struct WatchPools;

struct LargeLoss {
    // With less a few losses, or one sign that came by chance, would do.
    static constexpr std::uint32_t kFewestSent = 5;
    static constexpr std::uint32_t kFewestSigns = 2;

    Seq at;                      // where the large segment begins: SND.UNA
    Seq answered;                // up to there the other side was acknowledged when a sign was counted last
    std::uint32_t size = 0;      // its payload
    std::uint32_t sent = 0;      // times, the original included
    std::uint32_t signs = 0;     // that small ones pass
    std::uint32_t refusals = 0;  // of the other side, each at once: the large one arrived
    bool sacked = false;         // a small segment behind it arrived
    bool passes = false;         // large ones arrived, too
    Nanoseconds sent_time = kNoTime;  // of the latest transmission
    Nanoseconds sign_time = kNoTime;  // of the latest sign, or the first retransmission
    Nanoseconds time = kNoTime;       // of the latest transmission or sign before it was shown
    FrameTrail frames;

    [[nodiscard]] bool shown() const { return sent >= kFewestSent && signs >= kFewestSigns && !passes; }
};

// A retransmission. Answers whether it shows for the first time that large segments vanish.
bool note_large(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment);

// A segment of the side that does not answer; `repeated`: it is a retransmission. Answers likewise.
bool note_small(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment,
                bool repeated);

}  // namespace deadpeer
