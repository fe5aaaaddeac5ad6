// Rules: in what Wireshark's releases differ.
//
// What:   one rule set serves all releases; where they differ, it asks this table. Each row was measured
//         against labelled captures of the release.
#pragma once

#include "deadpeer/options.h"

namespace deadpeer {

struct Rules {
    // A SYN that repeats its side's ISN after the stream saw FIN+ACK or RST since its latest SYN, and a
    // SYN/ACK that does so or has another ISN, begin a new stream.
    bool handshake_after_close_is_new;
    // A segment that ends inside its own header, and so is not analysed, still tells the ISNs.
    bool short_segment_tells_isn;
    // The answer to a zero-window probe may acknowledge the probe's byte, which then counts as sent.
    bool probe_byte_may_be_taken;
    // Acknowledging unseen data moves the contiguous mark to the acknowledgement and is always labelled;
    // before, it moved to SND.NXT and a repetition was silent. What continues from there without a gap moves
    // it further.
    bool ack_of_unseen_moves_mark_to_ack;
    // What repeats a range in flight is never out_of_order; what ends at SND.NXT is, if the payload that went
    // beyond SND.NXT last was a multiple of 256 octets.
    bool out_of_order_knows_flight;
    // out_of_order measures from the peer's latest segment, too, and time never runs backwards.
    bool delay_from_peer;
    // fast_retransmission is also what the peer's latest SACK blocks do not have, wherever it begins.
    bool fast_retransmission_asks_sack;
    // What would be a duplicate_ack is none if a new kind of MPTCP option was met since its side's last
    // segment.
    bool new_mptcp_option_hides_duplicate;
    // An ACK with a SACK block is shown as duplicate_ack instead of window_update.
    bool sack_makes_duplicate_ack;
    // TCP header bytes needed for a stream number.
    unsigned header_bytes_for_stream;
};

constexpr Rules rules_of(WiresharkRelease release) {
    const bool since_4_4 = release != WiresharkRelease::k4_0;
    const bool since_4_6 = release == WiresharkRelease::k4_6;
    return {
        .handshake_after_close_is_new = since_4_4,
        .short_segment_tells_isn = since_4_4,
        .probe_byte_may_be_taken = since_4_4,
        .ack_of_unseen_moves_mark_to_ack = since_4_4,
        .out_of_order_knows_flight = since_4_4,
        .delay_from_peer = since_4_6,
        .fast_retransmission_asks_sack = since_4_4,
        .new_mptcp_option_hides_duplicate = !since_4_4,
        .sack_makes_duplicate_ack = since_4_4,
        .header_bytes_for_stream = since_4_6 ? 14U : 16U,
    };
}

}  // namespace deadpeer
