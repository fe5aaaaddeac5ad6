// HalfStream and TcpStream: what the sequence analysis remembers of a connection.
//
// What:   HalfStream is what one side has shown so far. Names follow Wireshark's, so that a label can be
//         discussed with its users. All zero at the start, where 0 in next_seq and mark means "unset", as
//         there.
// Size:   the flow table holds one TcpStream per connection; a million must fit the default memory cap.
#pragma once

#include <array>
#include <cstdint>

#include "core/seq.h"
#include "deadpeer/address.h"
#include "deadpeer/labels.h"
#include "deadpeer/stream_number.h"
#include "deadpeer/time.h"
#include "tcp/range_pool.h"

namespace deadpeer {

inline constexpr std::int8_t kScaleUnknown = -1;
inline constexpr std::int8_t kScaleNotUsed = -2;

// Duplicate ACKs since the last that moved, as far as any rule can tell them apart.
enum class DuplicateAcks : std::uint8_t { kNone, kOne, kTwoOrMore, kMarked };

struct HalfStream {
    Nanoseconds last_time = 0;      // capture time of the latest analysed segment; until there is one, of any
    Nanoseconds next_seq_time = 0;  // capture time of the segment that last raised next_seq
    Seq isn;                        // valid if isn_set
    Seq next_seq;                   // highest end seen
    Seq mark;                       // highest number reached without a hole
    Seq last_ack;                   // ack field of the latest analysed segment, with ACK or not
    RangeList unacked;              // segments not yet acknowledged, oldest first
    union {
        RangeList sacked{};  // SACK blocks of the latest analysed segment, unless it has set aside rcv_next()
        std::uint32_t aside;  // rcv_next(), if it has
    };
    std::uint16_t window = 0;         // raw window of the latest analysed segment, valid if seen
    Labels last_labels;               // of the latest analysed segment
    std::uint8_t raising_length = 0;  // low 8 bits of the payload length that went beyond next_seq last
    std::int8_t window_scale = kScaleUnknown;
    DuplicateAcks duplicate_acks = DuplicateAcks::kNone;
    bool isn_set : 1 = false;
    bool seen : 1 = false;           // an analysed segment of this side was met
    bool first_ack : 1 = false;      // between a SYN of this side and its next ACK without SYN
    bool window_closed : 1 = false;  // as far as its peer may know
    bool rcv_next_known : 1 = false;
    bool rcv_next_aside : 1 = false;  // the latest analysed segment acknowledges nothing

    // RCV.NXT (RFC 9293 section 3.3.1) as this side last told it. Its resets are not believed.
    // REQUIRES: rcv_next_known.
    [[nodiscard]] Seq rcv_next() const { return rcv_next_aside ? Seq(aside) : last_ack; }
    [[nodiscard]] bool expects(Seq seq) const { return rcv_next_known && rcv_next() == seq; }
    [[nodiscard]] RangeList sack_blocks() const { return rcv_next_aside ? RangeList{} : sacked; }
    [[nodiscard]] bool same_window(std::uint16_t other) const { return seen && window == other; }
};

struct TcpStream {
    static constexpr StreamNumber kNumbers = (StreamNumber{1} << 52) - 1;

    std::array<HalfStream, 2> halves;
    Nanoseconds handshake = 0;  // time of the latest SYN, or the handshake RTT once known; 0 = neither
    StreamNumber number : 52 = 0;
    bool rtt_known : 1 = false;       // which of the two
    bool close_seen : 1 = false;      // a FIN+ACK or a RST was met since the latest SYN
    std::uint8_t mptcp_news : 2 = 0;  // a bit a direction: mptcp_met grew since that side was last heard
    std::uint8_t mptcp_met = 0;       // kinds of MPTCP options, by Segment::mptcp_subtypes

    // By way of a pointer: with an element of the array the compiler would compute the address at every use.
    [[nodiscard]] const HalfStream& forward(Direction d) const { return halves.data()[index(d)]; }
    [[nodiscard]] const HalfStream& reverse(Direction d) const { return halves.data()[index(opposite(d))]; }
    [[nodiscard]] HalfStream& forward(Direction d) { return halves.data()[index(d)]; }
    [[nodiscard]] HalfStream& reverse(Direction d) { return halves.data()[index(opposite(d))]; }
};

}  // namespace deadpeer
