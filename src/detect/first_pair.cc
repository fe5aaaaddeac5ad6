#include "detect/first_pair.h"

namespace deadpeer {

bool may_begin_pair(const Segment& first) {
    return first.time != kNoTime && first.payload_length <= 1 && first.has(kAck) &&
           !first.has(kSyn | kFin | kRst);
}

FirstPair begin_pair(const Segment& first) {
    FirstPair pair;
    pair.state = FirstPair::State::kAsked;
    pair.prober = first.direction;
    pair.seq = Seq(first.seq);
    pair.ack = Seq(first.ack);
    pair.asked = first.time;
    return pair;
}

PairStep next_step(const FirstPair& pair, const Segment& segment, SegmentKind kind) {
    if (kind == SegmentKind::kDuplicateFrame) return PairStep::kWaits;
    const bool by_prober = segment.direction == pair.prober;
    if (pair.state == FirstPair::State::kAsked) {
        const bool answers = may_begin_pair(segment) && segment.payload_length == 0 && !by_prober &&
                             Seq(segment.seq) == pair.ack && Seq(segment.ack) == pair.seq + 1;
        return answers ? PairStep::kAnswers : PairStep::kAbandoned;
    }
    // Meanwhile the other side may probe by itself.
    if (kind == SegmentKind::kKeepaliveAck || (kind == SegmentKind::kKeepaliveProbe && !by_prober)) {
        return PairStep::kWaits;
    }
    const bool again =
        kind == SegmentKind::kKeepaliveProbe && Seq(segment.seq) == pair.seq && Seq(segment.ack) == pair.ack;
    return again ? PairStep::kConfirms : PairStep::kAbandoned;
}

}  // namespace deadpeer
