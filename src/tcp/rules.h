// Rules: in what Wireshark's releases differ.
//
// What:   one rule set serves all releases; where they differ, it asks this table. Each row was measured
//         against labelled captures of the release.
#pragma once

#include "deadpeer/options.h"

namespace deadpeer {

struct Rules {
    // A SYN that repeats its side's ISN after the stream saw FIN+ACK or RST, and a SYN/ACK that does so or
    // has another ISN, begin a new stream.
    bool handshake_after_close_is_new;
    // The answer to a zero-window probe may acknowledge the probe's byte, which then counts as sent.
    bool probe_byte_may_be_taken;
    // Acknowledging unseen data moves the contiguous mark to the acknowledgement and is always labelled;
    // before, it moved to SND.NXT and a repetition was silent.
    bool ack_of_unseen_moves_mark_to_ack;
    // What repeats a range in flight is never out_of_order; what ends at SND.NXT is, if a segment without
    // payload raised SND.NXT last.
    bool out_of_order_knows_flight;
    // fast_retransmission and out_of_order measure from the peer's latest segment.
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
    switch (release) {
        case WiresharkRelease::k4_0:
            return {false, false, false, false, false, false, true, false, 16};
        case WiresharkRelease::k4_4:
            return {true, true, true, true, false, true, false, true, 16};
        case WiresharkRelease::k4_6:
            return {true, true, true, true, true, true, false, true, 14};
    }
    return {};
}

}  // namespace deadpeer
