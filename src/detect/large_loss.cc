#include "detect/large_loss.h"

#include <algorithm>

#include "detect/between.h"
#include "detect/watch.h"

namespace deadpeer {
namespace {

// A packet of that payload may exceed the MTU of a tunnel. RFC 8200: each path carries 1280 octets of IPv6.
constexpr std::uint32_t kLarge = 1200;
// RFC 9293 section 3.7.1: the MSS that each path carries.
constexpr std::uint32_t kSmall = 536;

// RFC 9293 section 3.8.1, RFC 6298 section 2.1: no retransmission timeout is longer before there is a sample.
constexpr Nanoseconds kLongestFirstTimeout = 3 * kSecond;

// Whether it is known that the side has no room for so many octets.
bool lacks_room(const HalfStream& receiver, std::uint32_t octets) {
    if (!receiver.seen || receiver.window == 0) return receiver.seen;
    const bool scale_known = receiver.window_scale != kScaleUnknown;
    const int shift = receiver.window_scale > 0 ? receiver.window_scale : 0;
    return scale_known && (std::uint32_t{receiver.window} << static_cast<unsigned>(shift)) < octets;
}

// An ACK right after the large segment, and nothing else that it could answer: it says that this arrived.
bool refuses(const LargeLoss& loss, const ConnectionView& before, const Segment& segment) {
    constexpr Nanoseconds kAtOnce = 50 * kMillisecond;
    const Nanoseconds delay = between(loss.sent_time, segment.time);
    return segment.payload_length == 0 && segment.has(kAck) && !segment.has(kSyn | kFin | kRst) &&
           Seq(segment.ack) == loss.at && segment.sack_blocks == 0 && delay != kNoTime &&
           before.tcp.reverse(segment.direction).last_time == loss.sent_time &&
           delay <= std::max(kAtOnce, 2 * before.round_trip());
}

// The segment speaks for it. Told once of a side.
bool take_evidence(SideWatch& side, LargeLoss& loss, const Segment& segment) {
    loss.time = segment.time;
    loss.frames.add(segment.frame);
    if (!loss.shown() || side.large_reported) return false;
    side.large_reported = true;
    return true;
}

// Octets behind the large segment that arrived. What lies before it was received twice (RFC 2883).
void take_sack(LargeLoss& loss, const Segment& segment) {
    for (std::size_t i = 0; i < segment.sack_blocks; ++i) {
        const SackBlock& block = segment.sack[i];
        if (!Seq(block.left).after(loss.at)) continue;
        const std::uint32_t octets = block.right - block.left;
        if (octets >= kLarge) loss.passes = true;
        if (octets <= kSmall && !loss.sacked) {
            loss.sacked = true;
            ++loss.signs;
        }
    }
}

}  // namespace

bool note_large(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment) {
    SideWatch& side = watch.sides[index(segment.direction)];
    const HalfStream& peer = before.tcp.reverse(segment.direction);
    const Seq seq(segment.seq);
    if (segment.payload_length < kLarge || !peer.expects(seq)) return false;
    if (lacks_room(peer, segment.payload_length)) {
        side.large.release(pools.large_losses);
        return false;
    }
    const bool again = side.large.held() && side.large->at == seq;
    LargeLoss& loss = side.large.in(pools.large_losses);
    if (!again) {
        loss = {};
        loss.at = seq;
        loss.sent = 1;
        loss.sign_time = segment.time;
        const HalfStream& own = before.tcp.forward(segment.direction);
        if (own.rcv_next_known) loss.answered = own.rcv_next();
    }
    const bool shown = loss.shown();
    ++loss.sent;
    loss.size = segment.payload_length;
    loss.sent_time = segment.time;
    return !shown && take_evidence(side, loss, segment);
}

bool note_small(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment,
                bool repeated) {
    SideWatch& side = watch.sides[index(opposite(segment.direction))];
    LargeLoss& loss = side.large.in(pools.large_losses);
    if (segment.has(kAck) && Seq(segment.ack).after(loss.at)) {
        side.large.release(pools.large_losses);
        return false;
    }
    if (refuses(loss, before, segment) && ++loss.refusals >= LargeLoss::kFewestSigns) loss.passes = true;
    if (loss.shown()) {
        take_sack(loss, segment);
        return false;
    }
    if (repeated) {  // the ACK of it may have been lost: small ones are, too
        loss.signs = loss.sacked ? 1 : 0;
        return false;
    }
    const std::uint32_t signs = loss.signs;
    take_sack(loss, segment);
    const HalfStream& sender = before.tcp.reverse(segment.direction);
    const Nanoseconds since = between(loss.sign_time, segment.time);
    if (segment.payload_length > 0 && sender.expects(Seq(segment.seq)) &&
        sender.rcv_next() != loss.answered && since != kNoTime && since >= kLongestFirstTimeout) {
        loss.answered = sender.rcv_next();
        loss.sign_time = segment.time;
        ++loss.signs;
    }
    return loss.signs > signs && take_evidence(side, loss, segment);
}

}  // namespace deadpeer
