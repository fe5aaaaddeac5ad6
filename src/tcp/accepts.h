// Acceptance: what the receiver of a RST does with it, as far as the capture shows the receiver's state.
//
// What:    a question about the connection before the segment; changes nothing. A capture beside the sender,
//          or one that lost frames, does not show all that the receiver has got: what it may have taken
//          counts as taken.
// Source:  RFC 9293 section 3.10.7, RFC 5961 section 3.2.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>

#include "deadpeer/segment.h"
#include "tcp/half_stream.h"
#include "tcp/sent_data.h"

namespace deadpeer {

// The two ends of a connection as they stand.
struct Ends {
    const TcpStream& tcp;
    const std::array<SentData, 2>& sent;
    Direction initiator;  // valid if a SYN was seen
    bool syn_seen;        // without ACK
    bool syn_ack_seen;
    std::uint8_t fin_seen;  // one bit a direction

    [[nodiscard]] bool sent_fin(Direction side) const { return (fin_seen >> index(side) & 1U) != 0; }
};

// RFC 9293 section 3.3.2. kUnseen: nothing of that side was met.
enum class TcpState : std::uint8_t {
    kUnseen,
    kSynSent,
    kSynReceived,
    kEstablished,
    kFinWait1,
    kFinWait2,
    kCloseWait,
    kClosing,
    kLastAck,
    kTimeWait,
};

TcpState state_of(const Ends& ends, Direction side);

enum class Acceptance : std::uint8_t {
    kTaken,
    kDoubtful,  // in the window, not at RCV.NXT: a receiver that follows RFC 5961 asks whether it is meant
    kDropped,
};

// REQUIRES: `segment` is a RST.
Acceptance acceptance_of(const Ends& before, const Segment& segment);

}  // namespace deadpeer
