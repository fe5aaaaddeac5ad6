#include "detect/went_back.h"

#include "detect/between.h"
#include "detect/watch.h"

namespace deadpeer {
namespace {

// What the other side has acknowledged long since, sent by a side that knows less than it had acknowledged.
bool is_old(const ConnectionView& before, const Segment& segment) {
    const HalfStream& own = before.tcp.forward(segment.direction);
    const HalfStream& peer = before.tcp.reverse(segment.direction);
    if (!own.rcv_next_known || !peer.rcv_next_known || !segment.has(kAck) || segment.payload_length == 0)
        return false;
    // Where no time stamp tells: a snapshot is older than the last few octets.
    constexpr std::int32_t kLeastBack = 64;
    const Seq end = Seq(segment.seq) + segment.payload_length;
    const std::int32_t back = end.distance_to(peer.rcv_next());
    return back >= (segment.has_timestamps ? 1 : kLeastBack) && Seq(segment.ack).before(own.rcv_next());
}

}  // namespace

void note_old_numbers(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment,
                      bool repeated) {
    SideWatch& side = watch.sides[index(segment.direction)];
    if (!side.went_back.held()) {
        if (!repeated || !is_old(before, segment)) return;
        WentBack& begun = side.went_back.in(pools.went_back);
        begun.acknowledged = before.tcp.forward(segment.direction).rcv_next();
        begun.first_time = segment.time;
    }
    WentBack& back = side.went_back.in(pools.went_back);
    if (!segment.has(kAck) || !Seq(segment.ack).before(back.acknowledged) || segment.has(kSyn)) {
        side.went_back.release(pools.went_back);
        return;
    }
    back.end = Seq(segment.seq) + segment.payload_length;
    back.tsval = segment.tsval;
    back.stamped = segment.has_timestamps;
    if (back.shown) return;
    ++back.segments;
    if (segment.payload_length > 0) back.frames.add(segment.frame);
}

bool note_refusal(Watch& watch, WatchPools& pools, const Segment& segment) {
    SideWatch& side = watch.sides[index(opposite(segment.direction))];
    WentBack& back = side.went_back.in(pools.went_back);
    if (back.shown || !segment.has(kAck) || !Seq(segment.ack).after(back.end)) return false;
    const bool stamped = back.stamped && segment.has_timestamps;
    if (stamped && !Seq(segment.tsecr).after(Seq(back.tsval))) return false;
    ++back.refusals;
    back.time = segment.time;
    back.frames.add(segment.frame);
    const Nanoseconds lasted = between(back.first_time, segment.time);
    back.shown = back.segments >= WentBack::kFewestSegments && back.refusals >= WentBack::kFewestRefusals &&
                 lasted != kNoTime && lasted >= WentBack::kShortest;
    return back.shown;
}

}  // namespace deadpeer
