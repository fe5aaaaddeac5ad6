// SentData: what one side has sent: segments, payload bytes (each octet of the stream counted once), SND.NXT.
//
// What:  unlike Wireshark's next_seq, `next` is the sender's SND.NXT (RFC 9293 section 3.3.1) as far as the
//        capture shows it: a RST does not move it, the peer's acknowledgement does, and it has no "unset"
//        value.
#pragma once

#include <cstdint>

#include "core/seq.h"
#include "deadpeer/segment.h"
#include "tcp/range_pool.h"

namespace deadpeer {

struct SentData {
    std::uint64_t segments : 47 = 0;  // all that were analysed
    std::uint64_t next_known : 1 = 0;
    std::uint64_t ttl_low : 8 = 0;         // lowest and highest TTL or hop limit met, resets not counted
    std::uint64_t ttl_high : 8 = 0;        // 0 = none met
    std::uint64_t payload_bytes : 48 = 0;  // captured or not, each octet once
    std::uint64_t last_ip_id : 16 = 0;     // of the latest segment
    Seq next;                              // valid if next_known
    RangeList holes;                       // octets below next that were not seen (yet)
};

// REQUIRES: segment.analysed and sent by this side.
void count(SentData& sent, const Segment& segment, RangePool& pool);

void acknowledge_unseen(SentData& sent, const Segment& segment, RangePool& pool);

// The peer of this side acknowledges what it sent, seen or not. REQUIRES: segment.analysed and sent by the
// peer.
inline void acknowledge(SentData& sent, const Segment& segment, RangePool& pool) {
    // Nearly always it acknowledges what was seen.
    if (sent.next_known != 0 && Seq(segment.ack).at_or_before(sent.next)) return;
    acknowledge_unseen(sent, segment, pool);
}

// The side starts over at the ISN of this SYN.
void renumber(SentData& sent, const Segment& syn, RangePool& pool);

}  // namespace deadpeer
