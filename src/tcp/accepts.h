// Acceptance: what the receiver of a segment does with it, as far as the capture shows the receiver's state.
//
// What:    questions about the connection before the segment; they change nothing. A capture beside the
//          sender, or one that lost frames, does not show all that the receiver has got: what it may have
//          taken counts as taken.
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

// What the numbers of a segment are to its receiver.
enum class Numbers : std::uint8_t {
    kFit,     // or what the receiver expects is not known
    kAgreed,  // far beyond what was seen; but the other side, or the sender's segment before, says the same:
              // what lies between was not captured
    kStray,   // beyond, and nobody says so but this segment: its receiver drops it
};

Numbers numbers_of(const Ends& before, const Segment& segment);

// A cheap question before that one: whether the segment is not beyond what was seen of the two sides.
inline bool is_within(const SentData& sent, const SentData& other, const Segment& segment) {
    return Seq(segment.seq).at_or_before(sent.next) && Seq(segment.ack).at_or_before(other.next);
}

// What both sides say of an earlier segment that was taken for a stray one. REQUIRES: the numbers of
// `segment` are kAgreed.
struct Agreement {
    bool sender_was_there = false;  // the sender's segment before ends where this one begins
    bool other_was_there = false;   // this one acknowledges all that the other side has sent
    bool expected = false;          // this one is where the other side's latest ACK asks for it
};

Agreement agreement_of(const Ends& before, const Segment& segment);

// Whether the side has sent, or may have sent where its segments were not captured, what begins at that
// number and was on its way not long ago: RFC 5927 section 4.1 asks so of what an ICMP error quotes.
bool may_have_sent(const Ends& before, Direction side, Seq seq);

// Whether it ends long before what its receiver has got: a FIN there is none of the connection.
bool is_behind(const Ends& before, const Segment& segment);

}  // namespace deadpeer
