#include "tcp/advance.h"

#include <algorithm>

#include "tcp/classify.h"
#include "tcp/unacked.h"

namespace deadpeer {
namespace {

// Moves both marks of the side whose probe byte the peer has taken.
void take_probe_byte(HalfStream& side, Seq ack) {
    side.next_seq = ack;
    side.mark = ack;
}

DuplicateAcks one_more(DuplicateAcks count) {
    switch (count) {
        case DuplicateAcks::kNone:
        case DuplicateAcks::kMarked:
            return DuplicateAcks::kOne;
        case DuplicateAcks::kOne:
        case DuplicateAcks::kTwoOrMore:
            break;
    }
    return DuplicateAcks::kTwoOrMore;
}

void count_acknowledgement(HalfStream& fwd, HalfStream& rev, const Segment& segment, Labels labels,
                           const Rules& rules, const RangePool& pool) {
    const Seq ack(segment.ack);
    if (labels.has(Label::kZeroWindowProbeAck) && ack != fwd.last_ack) take_probe_byte(rev, ack);
    if (labels.has(Label::kDuplicateAck)) fwd.duplicate_acks = one_more(fwd.duplicate_acks);
    if (ack != fwd.last_ack) fwd.duplicate_acks = DuplicateAcks::kNone;
    if (shown_as_duplicate_ack(labels, segment, rules)) fwd.duplicate_acks = one_more(fwd.duplicate_acks);

    if (rev.mark == Seq{} || !segment.has(kAck) || !ack.after(rev.mark)) return;
    if (!rules.ack_of_unseen_moves_mark_to_ack) {
        if (rev.mark.before(rev.next_seq)) {
            rev.mark = rev.next_seq;
        } else {
            rev.duplicate_acks = DuplicateAcks::kMarked;
        }
    } else if (!labels.has(Label::kAckLostSegment)) {
        take_probe_byte(rev, ack);
    } else {
        rev.mark = unacked::contiguous_end(rev.unacked, ack, pool);
    }
}

void count_sent(HalfStream& fwd, const Segment& segment, Labels labels, RangePool& pool) {
    const Seq seq(segment.seq);
    const bool occupies = segment.has(kSyn | kFin);
    Seq end = seq + segment.payload_length;
    if (segment.payload_length > 0 || occupies) {
        const Seq after = occupies ? end + 1 : end;
        // Beyond the most that are kept, Wireshark no longer counts the octet of a SYN or FIN either.
        if (unacked::remember(fwd.unacked, {seq, after}, pool)) end = after;
    }
    if (fwd.next_seq == Seq{} || (seq + segment.payload_length).after(fwd.next_seq)) {
        fwd.raising_length = static_cast<std::uint8_t>(segment.payload_length);
    }
    if (labels.has(Label::kZeroWindowProbe)) return;
    if (fwd.next_seq == Seq{} || end.after(fwd.next_seq)) {
        fwd.next_seq = end;
        fwd.next_seq_time = segment.time;
    }
    if (fwd.mark == Seq{} || seq == fwd.mark) fwd.mark = fwd.next_seq;
}

// Wireshark keeps the edges as it displays them, counted from the ISN of the side whose data they are about,
// and compares them with raw sequence numbers.
void remember_sack(RangeList& sacked, const Segment& segment, Seq isn, RangePool& pool) {
    if (!sacked.empty()) pool.clear(sacked);
    for (std::size_t i = 0; i < segment.sack_blocks; ++i) {
        pool.append(sacked,
                    {Seq(segment.sack[i].left) - isn.value(), Seq(segment.sack[i].right) - isn.value()});
    }
}

void take_ack(HalfStream& fwd, const Segment& segment, Seq isn, const Rules& rules, RangePool& pool) {
    const bool tells_sack = segment.sack_blocks > 0 || !fwd.sacked.empty();
    if (tells_sack && rules.fast_retransmission_asks_sack) remember_sack(fwd.sacked, segment, isn, pool);
    fwd.last_ack = Seq(segment.ack);
}

// What the side expects, and whether its window is open. What acknowledges nothing and opens nothing tells
// neither, nor does a RST, which may not be taken.
void remember_ack(HalfStream& fwd, const Segment& segment, Seq isn, const Rules& rules, RangePool& pool) {
    const bool acknowledges = (segment.flags & (kAck | kRst)) == kAck;
    const bool closed = segment.window == 0;
    // Nearly always; bits are slow to write.
    const bool as_before =
        acknowledges && fwd.rcv_next_known && !fwd.rcv_next_aside && fwd.window_closed == closed;
    if (as_before) return take_ack(fwd, segment, isn, rules, pool);

    const Seq before = fwd.rcv_next();
    if (fwd.rcv_next_aside) fwd.sacked = {};
    take_ack(fwd, segment, isn, rules, pool);
    fwd.rcv_next_aside = !acknowledges && fwd.rcv_next_known && fwd.sacked.empty();
    if (fwd.rcv_next_aside) fwd.aside = before.value();
    fwd.rcv_next_known = acknowledges || fwd.rcv_next_aside;
    if (acknowledges || segment.has(kSyn)) fwd.window_closed = closed;
}

void learn_isns(HalfStream& fwd, HalfStream& rev, const Segment& segment) {
    if (!fwd.isn_set) {
        fwd.isn = Seq(segment.seq) - (segment.has(kSyn) ? 0 : 1);
        fwd.isn_set = true;
    }
    if (!rev.isn_set && segment.has(kAck)) {
        rev.isn = Seq(segment.ack) - 1;
        rev.isn_set = true;
    }
}

}  // namespace

void begin(TcpStream& stream, const Segment& segment, bool renumbered) {
    HalfStream& fwd = stream.forward(segment.direction);
    if (!segment.has(kSyn)) return;
    if (!segment.has(kAck)) stream.close_seen = false;
    if (!fwd.isn_set) return;
    if (renumbered) {
        fwd.isn = Seq(segment.seq);
    } else if (!segment.has(kAck)) {
        fwd.next_seq = fwd.mark;
    }
}

void advance(TcpStream& stream, const Segment& segment, Labels labels, const Rules& rules, RangePool& pool) {
    HalfStream& fwd = stream.forward(segment.direction);
    HalfStream& rev = stream.reverse(segment.direction);

    learn_isns(fwd, rev, segment);
    count_acknowledgement(fwd, rev, segment, labels, rules, pool);
    count_sent(fwd, segment, labels, pool);
    remember_ack(fwd, segment, rev.isn, rules, pool);
    fwd.window = segment.window;
    fwd.last_time = segment.time;
    fwd.last_labels = labels;
    fwd.seen = true;
    if (stream.mptcp_news != 0)
        stream.mptcp_news =
            static_cast<std::uint8_t>(stream.mptcp_news & ~(1U << index(segment.direction)) & 3U);
    unacked::acknowledge(rev.unacked, Seq(segment.ack), pool);
}

void set_ack_aside(HalfStream& side, const HalfStream& before) {
    const bool has_room = side.rcv_next_aside || side.sacked.empty();
    side.window_closed = before.window_closed;
    side.rcv_next_known = before.rcv_next_known && has_room;
    if (!side.rcv_next_known) {
        if (side.rcv_next_aside) side.sacked = {};
        side.rcv_next_aside = false;
        return;
    }
    side.rcv_next_aside = true;
    side.aside = before.rcv_next().value();
}

void learn_from_special(TcpStream& stream, const Segment& segment, const Rules& rules) {
    constexpr std::uint8_t kMinimumHeader = 20;
    constexpr std::uint8_t kMaximumShift = 14;  // RFC 7323 section 2.3
    HalfStream& fwd = stream.forward(segment.direction);
    HalfStream& rev = stream.reverse(segment.direction);
    if (!segment.analysed && !segment.icmp_quote && rules.short_segment_tells_isn)
        learn_isns(fwd, rev, segment);
    if (segment.header_length < kMinimumHeader) return;
    if (segment.has(kRst) || (segment.has(kFin) && segment.has(kAck))) stream.close_seen = true;
    if ((segment.mptcp_subtypes & ~stream.mptcp_met) != 0) {
        stream.mptcp_met |= segment.mptcp_subtypes;
        stream.mptcp_news = 3;
    }

    if (!stream.rtt_known && segment.time != kNoTime) {
        if (segment.has(kSyn) && !segment.has(kAck)) {
            stream.handshake = segment.time;
        } else if (segment.has(kAck) && !segment.has(kSyn) && stream.handshake != 0) {
            const Nanoseconds rtt = segment.time - stream.handshake;
            stream.rtt_known = rtt != 0;
            if (stream.rtt_known) stream.handshake = rtt;
        }
    }
    if (segment.has(kSyn)) {
        fwd.first_ack = true;
    } else if (segment.has(kAck)) {
        fwd.first_ack = false;
    }
    if (segment.window_scale != kNoWindowScale) {
        fwd.window_scale = static_cast<std::int8_t>(std::min(segment.window_scale, kMaximumShift));
    }
    if (!segment.has(kSyn) || !segment.options_complete) return;
    if (fwd.window_scale == kScaleUnknown) {
        fwd.window_scale = rev.window_scale = kScaleNotUsed;
    } else if (segment.has(kAck) && rev.window_scale == kScaleNotUsed) {
        fwd.window_scale = kScaleNotUsed;
    }
}

void release(TcpStream& stream, RangePool& pool) {
    for (HalfStream& half : stream.halves) {
        pool.clear(half.unacked);
        if (!half.rcv_next_aside) pool.clear(half.sacked);
    }
}

}  // namespace deadpeer
