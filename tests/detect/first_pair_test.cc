#include "detect/first_pair.h"

#include "support/catch.h"

namespace deadpeer {
namespace {

Segment segment(Direction direction, std::uint32_t seq, std::uint32_t ack, std::uint32_t length = 0) {
    Segment segment;
    segment.direction = direction;
    segment.time = kSecond;
    segment.seq = seq;
    segment.ack = ack;
    segment.payload_length = length;
    segment.flags = kAck;
    return segment;
}

constexpr auto kA = Direction::kFromLow;
constexpr auto kB = Direction::kFromHigh;

TEST_CASE("a pure ACK of at most one octet may be a probe") {
    CHECK(may_begin_pair(segment(kA, 99, 500)));
    CHECK(may_begin_pair(segment(kA, 99, 500, 1)));
    CHECK_FALSE(may_begin_pair(segment(kA, 99, 500, 2)));
    for (const std::uint16_t flag : {kSyn, kFin, kRst}) {
        Segment control = segment(kA, 99, 500);
        control.flags = static_cast<std::uint16_t>(kAck | flag);
        CHECK_FALSE(may_begin_pair(control));
    }
    Segment without_ack = segment(kA, 99, 500);
    without_ack.flags = 0;
    CHECK_FALSE(may_begin_pair(without_ack));
    Segment without_time = segment(kA, 99, 500);
    without_time.time = kNoTime;
    CHECK_FALSE(may_begin_pair(without_time));
}

TEST_CASE("its answer acknowledges one octet more, and says nothing") {
    const FirstPair pair = begin_pair(segment(kA, 0xffffffff, 500));
    const auto step = [&](const Segment& next, SegmentKind kind = SegmentKind::kOrdinary) {
        return next_step(pair, next, kind);
    };
    CHECK(step(segment(kB, 500, 0)) == PairStep::kAnswers);
    CHECK(step(segment(kB, 501, 0)) == PairStep::kAbandoned);
    CHECK(step(segment(kB, 500, 0xffffffff)) == PairStep::kAbandoned);
    CHECK(step(segment(kB, 500, 1)) == PairStep::kAbandoned);
    CHECK(step(segment(kB, 500, 0, 1)) == PairStep::kAbandoned);
    CHECK(step(segment(kA, 500, 0)) == PairStep::kAbandoned);
    CHECK(step(segment(kA, 0xffffffff, 500), SegmentKind::kDuplicateFrame) == PairStep::kWaits);
}

TEST_CASE("the next probe of the same side confirms") {
    FirstPair pair = begin_pair(segment(kA, 99, 500));
    pair.state = FirstPair::State::kAnswered;
    const auto step = [&](const Segment& next, SegmentKind kind) { return next_step(pair, next, kind); };
    CHECK(step(segment(kA, 99, 500), SegmentKind::kKeepaliveProbe) == PairStep::kConfirms);
    CHECK(step(segment(kA, 99, 500, 1), SegmentKind::kKeepaliveProbe) == PairStep::kConfirms);
    CHECK(step(segment(kA, 99, 501), SegmentKind::kKeepaliveProbe) == PairStep::kAbandoned);
    CHECK(step(segment(kA, 98, 500), SegmentKind::kKeepaliveProbe) == PairStep::kAbandoned);
    CHECK(step(segment(kA, 99, 500), SegmentKind::kReordered) == PairStep::kAbandoned);
    CHECK(step(segment(kB, 499, 100), SegmentKind::kKeepaliveProbe) == PairStep::kWaits);
    CHECK(step(segment(kA, 100, 500), SegmentKind::kKeepaliveAck) == PairStep::kWaits);
    CHECK(step(segment(kA, 100, 500, 10), SegmentKind::kOrdinary) == PairStep::kAbandoned);
}

}  // namespace
}  // namespace deadpeer
