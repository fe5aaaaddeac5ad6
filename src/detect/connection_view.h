// ConnectionView: a connection as it was before the segment at hand.
//
// Lifetime: of the connection; valid during one call.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "deadpeer/segment.h"
#include "detect/between.h"
#include "tcp/accepts.h"
#include "tcp/half_stream.h"
#include "tcp/sent_data.h"

namespace deadpeer {

struct ConnectionView {
    const TcpStream& tcp;
    const std::array<SentData, 2>& sent;
    Nanoseconds first_time;    // of its first segment
    Nanoseconds last_time;     // of its latest
    Nanoseconds longest_idle;  // up to then
    Nanoseconds second_idle;   // the longest but that one, in whole seconds; 0 if none is as long
    std::uint64_t last_frame;
    std::uint8_t fin_seen;  // one bit a direction
    Direction initiator;    // valid if a SYN was seen
    bool syn_seen;          // without ACK
    bool syn_ack_seen;

    // What is longer, or less than nothing, is a clock that was set. 0: it is not known.
    [[nodiscard]] Nanoseconds round_trip() const {
        return tcp.rtt_known ? std::clamp(tcp.handshake, Nanoseconds{0}, kLongestSpan) : 0;
    }
    [[nodiscard]] bool handshake_seen() const { return syn_seen || syn_ack_seen; }
    [[nodiscard]] Ends ends() const { return {tcp, sent, initiator, syn_seen, syn_ack_seen, fin_seen}; }

    // The longest silence that the connection came through, where `failed` is counted among them but ended in
    // a failure; kNoTime if none is known.
    [[nodiscard]] Nanoseconds longest_idle_but(Nanoseconds failed) const {
        if (failed == kNoTime) return kNoTime;
        if (longest_idle > failed) return longest_idle;
        return second_idle > 0 ? second_idle : kNoTime;
    }
};

}  // namespace deadpeer
