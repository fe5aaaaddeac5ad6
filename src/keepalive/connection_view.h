// ConnectionView: a connection as it was before the segment at hand.
//
// Lifetime: of the connection; valid during one call.
#pragma once

#include <array>
#include <cstdint>

#include "deadpeer/segment.h"
#include "tcp/half_stream.h"
#include "tcp/sent_data.h"

namespace deadpeer {

struct ConnectionView {
    const TcpStream& tcp;
    const std::array<SentData, 2>& sent;
    Nanoseconds last_time;     // of its latest segment
    Nanoseconds longest_idle;  // up to then
    std::uint64_t last_frame;
    std::uint8_t fin_seen;  // one bit a direction
    bool handshake_seen;    // a SYN, of either side
};

}  // namespace deadpeer
