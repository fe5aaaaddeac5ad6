#include "tcp/accepts.h"

#include <algorithm>

namespace deadpeer {
namespace {

constexpr int kLargestScale = 14;  // RFC 7323 section 2.3

bool is_acknowledged(const Ends& ends, Direction side) {
    const SentData& sent = ends.sent[index(side)];
    const HalfStream& peer = ends.tcp.reverse(side);
    return peer.rcv_next_known && sent.next_known != 0 && !peer.rcv_next().before(sent.next);
}

// Its SYN was met, but nothing after it.
bool is_opening(const Ends& ends, Direction side) {
    const HalfStream& half = ends.tcp.forward(side);
    return half.seen && half.first_ack;
}

// The octets after the last that the side acknowledged, up to where its window ends; at the most, if the
// segment that told is not its latest.
std::uint32_t room_of(const HalfStream& side) {
    // The window of a SYN is not scaled (RFC 7323 section 2.2).
    const bool plain = side.first_ack || side.window_scale == kScaleNotUsed;
    const int scale = plain ? 0 : side.window_scale == kScaleUnknown ? kLargestScale : side.window_scale;
    if (side.rcv_next_aside) return side.window_closed ? 0 : std::uint32_t{UINT16_MAX} << scale;
    return std::uint32_t{side.window} << scale;
}

// A window that the capture does not show, or what it lost, accounts for so much.
constexpr std::uint32_t kLeastRoom = 1U << 20;

std::int32_t far_from(const HalfStream& receiver) {
    return static_cast<std::int32_t>(std::max(room_of(receiver), kLeastRoom));
}

// At most so far from each other, whichever comes first.
bool is_near(Seq one, Seq other, std::int32_t distance) {
    const std::int32_t from = one.distance_to(other);
    return from >= -distance && from <= distance;
}

// Where the segment lies beyond all that is known of the two sides.
struct Beyond {
    bool seq = false;
    bool ack = false;
};

// REQUIRES: both sides were seen, and what they sent is known.
Beyond beyond(const Ends& ends, const Segment& segment) {
    const HalfStream& own = ends.tcp.forward(segment.direction);
    const HalfStream& receiver = ends.tcp.reverse(segment.direction);
    const SentData& sent = ends.sent[index(segment.direction)];
    const SentData& other = ends.sent[index(opposite(segment.direction))];
    const Seq seq(segment.seq);
    const Seq expected = receiver.rcv_next().after(sent.next) ? receiver.rcv_next() : sent.next;
    // Who sends data where they are expected is no stranger.
    const bool tells_ack = segment.has(kAck) && (segment.payload_length == 0 || seq != sent.next);
    return {expected.distance_to(seq) > far_from(receiver),
            tells_ack && other.next.distance_to(Seq(segment.ack)) > far_from(own)};
}

// RFC 9293 section 3.10.7.3: only one that acknowledges the SYN.
Acceptance in_syn_sent(const Ends& ends, const Segment& reset) {
    const Direction target = opposite(reset.direction);
    const Seq isn = ends.tcp.forward(target).isn;
    const Seq ack(reset.ack);
    const bool acknowledges = reset.has(kAck) && ack.after(isn) && !ack.after(ends.sent[index(target)].next);
    return acknowledges ? Acceptance::kTaken : Acceptance::kDropped;
}

// RFC 9293 section 3.10.7.4. `from` to `to`: where the receiver's RCV.NXT may be.
Acceptance in_window(Seq seq, Seq from, Seq to, Seq edge) {
    if (seq.before(from)) return Acceptance::kDropped;
    if (!seq.after(to)) return Acceptance::kTaken;
    return seq.before(edge) ? Acceptance::kDoubtful : Acceptance::kDropped;
}

}  // namespace

TcpState state_of(const Ends& ends, Direction side) {
    if (ends.sent[index(side)].segments == 0) return TcpState::kUnseen;
    const bool initiates = ends.syn_seen && side == ends.initiator;
    if (is_opening(ends, side)) {
        if (initiates && !ends.syn_ack_seen) return TcpState::kSynSent;
        if (!initiates && is_opening(ends, opposite(side))) return TcpState::kSynReceived;
        if (!initiates && !is_acknowledged(ends, side)) return TcpState::kSynReceived;
    }
    const bool closes = ends.sent_fin(side);
    const bool acknowledged = closes && is_acknowledged(ends, side);
    if (!ends.sent_fin(opposite(side))) {
        if (!closes) return TcpState::kEstablished;
        return acknowledged ? TcpState::kFinWait2 : TcpState::kFinWait1;
    }
    if (!closes) return TcpState::kCloseWait;
    if (acknowledged) return TcpState::kTimeWait;
    // Which of the two closed first is not known here: neither is heeded longer than the other.
    return is_acknowledged(ends, opposite(side)) ? TcpState::kLastAck : TcpState::kClosing;
}

Acceptance acceptance_of(const Ends& before, const Segment& segment) {
    const Direction target_side = opposite(segment.direction);
    const HalfStream& target = before.tcp.forward(target_side);
    const SentData& sent = before.sent[index(segment.direction)];
    const TcpState state = state_of(before, target_side);
    if (state == TcpState::kUnseen || !target.seen) return Acceptance::kTaken;
    if (state == TcpState::kSynSent) return in_syn_sent(before, segment);
    const Seq seq(segment.seq);
    // An initiator that has not spoken since its SYN expects what follows the SYN of the other side.
    const bool just_opened = target.first_ack && before.syn_seen && target_side == before.initiator;
    if (just_opened && sent.next_known == 0) return Acceptance::kTaken;
    if (!just_opened && !target.rcv_next_known) return Acceptance::kTaken;
    const Seq from = just_opened ? before.tcp.forward(segment.direction).isn + 1 : target.rcv_next();
    const Seq to = sent.next_known != 0 && sent.next.after(from) ? sent.next : from;
    // Some stacks reset at the number of their own FIN, and Linux lets them.
    if (before.sent_fin(segment.direction) && seq == from - 1) return Acceptance::kTaken;
    const Seq edge = from + room_of(target);
    return in_window(seq, from, to, edge.after(to) ? edge : to);
}

Agreement agreement_of(const Ends& before, const Segment& segment) {
    const HalfStream& own = before.tcp.forward(segment.direction);
    const HalfStream& other = before.tcp.reverse(segment.direction);
    const Seq seq(segment.seq);
    return {own.next_seq == seq && own.last_time >= other.last_time,
            segment.has(kAck) && other.next_seq == Seq(segment.ack),
            is_near(seq, other.last_ack, far_from(other))};
}

Numbers numbers_of(const Ends& before, const Segment& segment) {
    const HalfStream& own = before.tcp.forward(segment.direction);
    const HalfStream& other = before.tcp.reverse(segment.direction);
    const bool known = own.seen && other.seen && !other.first_ack && other.rcv_next_known &&
                       before.sent[0].next_known != 0 && before.sent[1].next_known != 0;
    if (!known || segment.has(kSyn)) return Numbers::kFit;
    const Beyond lies = beyond(before, segment);
    if (!lies.seq && !lies.ack) return Numbers::kFit;
    const Agreement agreement = agreement_of(before, segment);
    const Seq ack(segment.ack);
    // Acknowledged more before, as far beyond, and goes on from there.
    const Seq seen = before.sent[index(opposite(segment.direction))].next;
    const bool goes_on = seen.distance_to(own.last_ack) > far_from(own) && ack.after(own.last_ack) &&
                         is_near(ack, own.last_ack, far_from(own));
    const bool sent = ack.at_or_before(other.next_seq) && is_near(ack, other.next_seq, far_from(own));
    const bool seq_agreed = !lies.seq || agreement.sender_was_there || agreement.expected;
    const bool ack_agreed = !lies.ack || goes_on || sent;
    return seq_agreed && ack_agreed ? Numbers::kAgreed : Numbers::kStray;
}

bool may_have_sent(const Ends& before, Direction side, Seq seq) {
    const SentData& sent = before.sent[index(side)];
    const HalfStream& own = before.tcp.forward(side);
    const HalfStream& peer = before.tcp.reverse(side);
    if (sent.next_known == 0) return true;
    const std::int32_t ahead = own.seen ? 0 : far_from(peer);
    if (sent.next.distance_to(seq) > ahead) return false;
    if (!peer.rcv_next_known && !own.isn_set) return true;
    const Seq oldest = peer.rcv_next_known ? peer.rcv_next() : own.isn;
    return !seq.before(oldest - kLeastRoom);
}

bool is_behind(const Ends& before, const Segment& segment) {
    const HalfStream& receiver = before.tcp.reverse(segment.direction);
    const std::uint32_t length = segment.payload_length + (segment.has(kFin) ? 1U : 0U);
    return receiver.rcv_next_known && (Seq(segment.seq) + length).before(receiver.rcv_next() - kLeastRoom);
}

}  // namespace deadpeer
