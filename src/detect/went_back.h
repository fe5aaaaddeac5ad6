// WentBack: the numbers of a side that jumped back, and that the other side does not accept: a machine that
// was restored from a snapshot goes on where it was then.
//
// What:    kept from the first data that are old, with an old acknowledgment, until the side uses its new
//          numbers again. What shows it: ACKs of the other side beyond what the side has sent since, and time
//          stamps of the side that are older than those that the other side has seen.
// Threads: they change the Watch that is given; one at a time.
#pragma once

#include <cstdint>

#include "core/seq.h"
#include "deadpeer/finding.h"
#include "deadpeer/segment.h"
#include "deadpeer/time.h"
#include "detect/connection_view.h"
#include "detect/frame_trail.h"

namespace deadpeer {

struct Watch;
struct WatchPools;

struct WentBack {
    // Old segments that the path delivered late are fewer, or come at once.
    static constexpr std::uint32_t kFewestSegments = 3;
    static constexpr std::uint32_t kFewestRefusals = 2;
    static constexpr Nanoseconds kShortest = kSecond;

    Seq acknowledged;            // by the side, before
    Seq end;                     // of its latest segment
    std::uint32_t tsval = 0;     // of that, if `stamped`
    std::uint32_t segments = 0;  // of the side, since
    std::uint32_t refusals = 0;  // ACKs of the other side beyond these
    bool stamped = false;
    bool shown = false;
    Nanoseconds first_time = kNoTime;
    Nanoseconds time = kNoTime;  // when it was shown
    FrameTrail frames;
};

// The time stamps went back as well.
inline Confidence restored_confidence(const WentBack& back) {
    return back.stamped ? Confidence::kMedium : Confidence::kLow;
}

// A segment of a side; `repeated`: it is a retransmission. Begins, goes on with or ends the side's WentBack.
void note_old_numbers(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment,
                      bool repeated);

// A segment of the other side. Answers whether it shows for the first time that the numbers went back.
bool note_refusal(Watch& watch, WatchPools& pools, const Segment& segment);

}  // namespace deadpeer
