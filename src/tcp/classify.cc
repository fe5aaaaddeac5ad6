#include "tcp/classify.h"

#include <algorithm>

#include "tcp/unacked.h"

namespace deadpeer {
namespace {

constexpr std::uint16_t kControl = kSyn | kFin | kRst;
constexpr Nanoseconds kFastRetransmissionDelay = 20 * kMillisecond;
constexpr Nanoseconds kDefaultReorderingDelay = 3 * kMillisecond;

// One segment against the two sides of its stream.
struct View {
    const HalfStream& fwd;
    const HalfStream& rev;
    const Segment& segment;
    const Rules& rules;
    const RangePool& pool;

    Seq seq{segment.seq};
    Seq ack{segment.ack};
    std::uint32_t length = segment.payload_length;
    bool control = segment.has(kControl);

    [[nodiscard]] bool stands_still() const { return length == 0 && !control && seq == fwd.next_seq; }
    // When the peer was last heard; newer releases take a peer from the future for one of just now.
    [[nodiscard]] Nanoseconds peer_time() const {
        const Nanoseconds heard = rev.seen ? rev.last_time : 0;
        return rules.delay_from_peer ? std::min(heard, segment.time) : heard;
    }
};

bool is_zero_window_probe(const View& v) {
    return v.length == 1 && v.seq == v.fwd.next_seq && v.rev.same_window(0);
}

bool is_keep_alive(const View& v) {
    return v.length <= 1 && !v.control && v.seq == v.fwd.next_seq - 1;
}

bool is_lost_segment(const View& v) {
    return v.fwd.next_seq != Seq{} && v.seq.after(v.fwd.next_seq) && !v.segment.has(kRst);
}

bool is_window_full(const View& v) {
    if (v.length == 0 || v.control || v.rev.window_scale == kScaleUnknown) return false;
    const int shift = v.rev.first_ack || v.rev.window_scale == kScaleNotUsed ? 0 : v.rev.window_scale;
    // A side that was never analysed has Wireshark's "no window yet": all bits set.
    const std::uint32_t window = v.rev.seen ? v.rev.window : 0xffff'ffffU;
    return v.seq + v.length == v.rev.last_ack + (window << shift);
}

// REQUIRES: it stands still.
bool answers_zero_window_probe(const View& v) {
    if (v.segment.window != 0 || !v.fwd.same_window(0)) return false;
    const bool takes_byte = v.rules.probe_byte_may_be_taken && v.ack == v.fwd.last_ack + 1;
    return (v.ack == v.fwd.last_ack || takes_byte) && v.rev.last_labels.has(Label::kZeroWindowProbe);
}

// What a pure ACK that changes nothing but perhaps the window is.
Labels repeated_ack_labels(const View& v) {
    if (!v.stands_still()) return {};
    if (answers_zero_window_probe(v)) return Label::kZeroWindowProbeAck;
    if (v.ack != v.fwd.last_ack || v.segment.window == 0) return {};
    if (!v.fwd.same_window(v.segment.window)) return Label::kWindowUpdate;
    return v.rev.last_labels.has(Label::kKeepAlive) ? Label::kKeepAliveAck : Label::kDuplicateAck;
}

Labels label_if(bool met, Label label) {
    return met ? Labels(label) : Labels();
}

// Windows, probes and duplicates.
Labels window_labels(const View& v) {
    if (is_zero_window_probe(v)) return Label::kZeroWindowProbe;
    return repeated_ack_labels(v) | label_if(v.segment.window == 0 && !v.control, Label::kZeroWindow) |
           label_if(is_lost_segment(v), Label::kLostSegment) | label_if(is_keep_alive(v), Label::kKeepAlive) |
           label_if(is_window_full(v), Label::kWindowFull);
}

bool acks_unseen(const View& v) {
    return v.rev.mark != Seq{} && v.segment.has(kAck) && v.ack.after(v.rev.mark);
}

// Acknowledgement of data that the capture does not have. A window probe's byte that was just taken is no
// such data.
Labels unseen_data_labels(const View& v, Labels labels) {
    if (!acks_unseen(v)) return {};
    if (labels.has(Label::kZeroWindowProbeAck) && v.ack != v.fwd.last_ack) return {};
    if (v.rules.ack_of_unseen_moves_mark_to_ack) {
        const bool takes_probe_byte = v.ack == v.fwd.last_ack + 1 && v.seq == v.fwd.next_seq &&
                                      v.rev.last_labels.has(Label::kZeroWindowProbe);
        return takes_probe_byte ? Label::kWindowUpdate : Label::kAckLostSegment;
    }
    if (v.rev.mark.before(v.rev.next_seq) || v.rev.duplicate_acks == DuplicateAcks::kNone) {
        return Label::kAckLostSegment;
    }
    return {};
}

// Wireshark compares SACK blocks without regard to the wrap-around.
bool covers_as_numbers(const SeqRange& range, Seq start, Seq end) {
    return range.start.value() <= start.value() && end.value() <= range.end.value();
}

bool lies_in_flight(const View& v) {
    return unacked::holds(v.fwd.unacked, {v.seq, v.seq + v.length}, v.pool);
}

// Wireshark's time differences are unsigned: time that runs backwards counts as very long.
// A segment without a time stamp counts as at 0.
bool shorter(Nanoseconds from, Nanoseconds to, Nanoseconds limit) {
    if (from == kNoTime) from = 0;
    if (to == kNoTime) to = 0;
    return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from) <
           static_cast<std::uint64_t>(limit);
}

bool is_out_of_order(const View& v, Nanoseconds since, Nanoseconds threshold) {
    if (!shorter(since, v.segment.time, threshold)) return false;
    const Seq end = v.seq + v.length + (v.segment.has(kSyn | kFin) ? 1 : 0);
    if (!v.rules.out_of_order_knows_flight) return v.fwd.next_seq != end;
    return (v.fwd.next_seq != end || v.fwd.raising_length == 0) && !lies_in_flight(v);
}

// Two duplicate ACKs of the peer, or what older releases take for them: a repeated ACK of unseen data, this
// one included.
bool counts_as_two_duplicates(const View& v) {
    switch (v.rev.duplicate_acks) {
        case DuplicateAcks::kTwoOrMore:
        case DuplicateAcks::kMarked:
            return true;
        case DuplicateAcks::kNone:
        case DuplicateAcks::kOne:
            break;
    }
    return !v.rules.ack_of_unseen_moves_mark_to_ack && acks_unseen(v) && !v.rev.mark.before(v.rev.next_seq);
}

bool is_fast_retransmission(const View& v) {
    if (!counts_as_two_duplicates(v) || !shorter(v.peer_time(), v.segment.time, kFastRetransmissionDelay)) {
        return false;
    }
    if (v.rev.last_ack == v.seq) return true;
    if (!v.rules.fast_retransmission_asks_sack || v.rev.sack_blocks().empty()) return false;
    return std::ranges::none_of(v.pool.ranges(v.rev.sack_blocks()), [&](const SeqRange& block) {
        return covers_as_numbers(block, v.seq, v.seq + v.length);
    });
}

// Segments that carry what was sent before.
Labels retransmission_labels(const View& v, Nanoseconds reordering_delay) {
    if (v.length == 0 && !v.segment.has(kSyn | kFin)) return {};
    const bool old = v.fwd.next_seq != Seq{} && v.seq.before(v.fwd.next_seq) &&
                     !(v.length > 1 && v.seq == v.fwd.next_seq - 1);
    if (v.length > 0 && v.rev.last_ack != Seq{} && (v.seq + v.length).at_or_before(v.rev.last_ack)) {
        return Label::kRetransmission | Label::kSpuriousRetransmission;
    }
    if (!old) return {};
    if (is_fast_retransmission(v)) {
        return Label::kRetransmission | Label::kFastRetransmission;
    }
    const Nanoseconds since = v.rules.delay_from_peer ? v.peer_time() : v.fwd.next_seq_time;
    if (is_out_of_order(v, since, reordering_delay)) return Label::kOutOfOrder;
    return Label::kRetransmission;
}

}  // namespace

StreamStart stream_start(const TcpStream& stream, const Segment& segment, const Rules& rules) {
    if (!segment.has(kSyn)) return StreamStart::kContinue;
    const HalfStream& fwd = stream.forward(segment.direction);
    if (!fwd.isn_set) return StreamStart::kContinue;
    const bool after_close = rules.handshake_after_close_is_new && stream.close_seen;
    if (fwd.isn == Seq(segment.seq) && !after_close) return StreamStart::kContinue;
    if (!segment.has(kAck) || rules.handshake_after_close_is_new) return StreamStart::kNewStream;
    return StreamStart::kRenumbered;
}

Labels classify(const TcpStream& stream, const Segment& segment, const Rules& rules, const RangePool& pool) {
    const View view{stream.forward(segment.direction), stream.reverse(segment.direction), segment, rules,
                    pool};
    Labels labels = window_labels(view);
    if (rules.new_mptcp_option_hides_duplicate && (stream.mptcp_news >> index(segment.direction) & 1U) != 0) {
        labels = labels.without(Label::kDuplicateAck);
    }
    labels |= unseen_data_labels(view, labels);
    if (!labels.has(Label::kKeepAlive)) {
        labels |= retransmission_labels(view, stream.rtt_known ? stream.handshake : kDefaultReorderingDelay);
    }
    return labels;
}

}  // namespace deadpeer
