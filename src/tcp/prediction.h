// Header prediction (V. Jacobson, 1990): most segments are what their stream expects next.
//
// What:    data in order, or an ACK of data that was seen, while nothing special is open on either side.
//          classify() gives it no label; take_predicted() does what advance() and learn_options() do.
// Cost:    about a quarter of theirs.
// Threads: as the stream.
#pragma once

#include <algorithm>

#include "core/seq.h"
#include "deadpeer/segment.h"
#include "tcp/half_stream.h"
#include "tcp/range_pool.h"
#include "tcp/unacked.h"

namespace deadpeer {

namespace prediction {

// In the midst of the connection, not in its handshake.
inline bool is_settled(const HalfStream& side) {
    return side.isn_set && side.seen && !side.first_ack;
}

// An ACK without options that a stream remembers.
inline bool is_bare(const Segment& segment) {
    return segment.analysed && (segment.flags & (kSyn | kFin | kRst | kAck)) == kAck && segment.window != 0 &&
           segment.sack_blocks == 0 && segment.window_scale == kNoWindowScale && segment.mptcp_subtypes == 0;
}

// Data that the peer has not acknowledged before, and that does not fill its window.
inline bool is_new_data(const HalfStream& rev, Seq seq, Seq end) {
    if (!end.after(seq)) return false;
    if (rev.last_ack != Seq{} && end.at_or_before(rev.last_ack)) return false;
    const int shift = std::max(int{rev.window_scale}, 0);
    return end != rev.last_ack + (std::uint32_t{rev.window} << shift);
}

}  // namespace prediction

[[nodiscard]] inline bool is_predicted(const TcpStream& stream, const Segment& segment) {
    const HalfStream& fwd = stream.forward(segment.direction);
    const HalfStream& rev = stream.reverse(segment.direction);
    const Seq seq(segment.seq);
    const Seq ack(segment.ack);
    if (seq != fwd.next_seq || seq != fwd.mark || seq == Seq{}) return false;
    if (!prediction::is_bare(segment)) return false;
    if (!prediction::is_settled(fwd) || !prediction::is_settled(rev)) return false;
    if (!fwd.rcv_next_known || fwd.rcv_next_aside || fwd.window_closed || !fwd.sacked.empty()) return false;
    if (rev.window == 0 || (rev.mark != Seq{} && ack.after(rev.mark))) return false;
    if (stream.mptcp_news != 0 || (!stream.rtt_known && stream.handshake != 0)) return false;
    return segment.payload_length == 0 ? ack != fwd.last_ack
                                       : prediction::is_new_data(rev, seq, seq + segment.payload_length);
}

// REQUIRES: is_predicted().
[[gnu::always_inline]] inline void take_predicted(TcpStream& stream, const Segment& segment,
                                                  RangePool& pool) {
    HalfStream& fwd = stream.forward(segment.direction);
    const Seq ack(segment.ack);
    if (segment.payload_length > 0) {
        const Seq seq(segment.seq);
        const Seq end = seq + segment.payload_length;
        unacked::remember(fwd.unacked, {seq, end}, pool);
        fwd.next_seq = fwd.mark = end;
        fwd.next_seq_time = segment.time;
        fwd.raising_length = static_cast<std::uint8_t>(segment.payload_length);
    }
    if (ack != fwd.last_ack) fwd.duplicate_acks = DuplicateAcks::kNone;
    fwd.last_ack = ack;
    fwd.window = segment.window;
    fwd.last_time = segment.time;
    fwd.last_labels = {};
    unacked::acknowledge(stream.reverse(segment.direction).unacked, ack, pool);
}

}  // namespace deadpeer
