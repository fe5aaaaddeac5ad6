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

}  // namespace deadpeer
