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
    std::uint64_t segments : 39 = 0;  // analysed or not
    std::uint64_t next_known : 1 = 0;
    // TTLs or hop limits met, resets not counted: lowest, highest (0 = none) and, one bit each, their
    // remainders by 8.
    std::uint64_t ttl_low : 8 = 0;
    std::uint64_t ttl_high : 8 = 0;
    std::uint64_t ttl_remainders : 8 = 0;
    std::uint64_t payload_bytes : 48 = 0;  // captured or not, each octet once
    std::uint64_t last_ip_id : 16 = 0;     // of the latest segment
    Seq next;                              // valid if next_known
    RangeList holes;                       // octets below next that were not seen (yet)

    void meet_ttl(std::uint8_t ttl) {
        if (ttl_high == 0 || ttl < ttl_low) ttl_low = ttl;
        if (ttl > ttl_high) ttl_high = ttl;
        ttl_remainders = (ttl_remainders | 1U << (ttl % 8U)) & 0xffU;
    }

    // May be true of one that lies between others and was not met, but not the other way round.
    [[nodiscard]] bool may_have_met_ttl(std::uint8_t ttl) const {
        return ttl >= ttl_low && ttl <= ttl_high && (ttl_remainders >> (ttl % 8U) & 1U) != 0;
    }
};

// Whether a segment, of the side or of its peer, shows that the side has sent what the capture does not hold.
inline bool shows_unseen(const SentData& sent, const Segment& segment, bool of_the_side) {
    if (segment.has(kSyn | kRst) || sent.next_known == 0) return false;
    return of_the_side ? Seq(segment.seq).after(sent.next)
                       : segment.has(kAck) && Seq(segment.ack).after(sent.next);
}

void count_elsewhere(SentData& sent, const Segment& segment, RangePool& pool);

// The octets that the segment occupies.
inline void count_octets(SentData& sent, const Segment& segment, RangePool& pool) {
    // Nearly always they come where the side had stopped.
    const bool next = sent.next_known != 0 && Seq(segment.seq) == sent.next && !segment.has(kSyn | kFin);
    if (!next) return count_elsewhere(sent, segment, pool);
    sent.payload_bytes += segment.payload_length;
    sent.next = sent.next + segment.payload_length;
}

// REQUIRES: sent by this side, and its sequence number and length can be believed.
// A copy of one that was counted is no other segment.
inline void count(SentData& sent, const Segment& segment, RangePool& pool, bool is_copy = false) {
    if (!segment.has(kRst)) {
        if (segment.ttl != sent.ttl_low || segment.ttl != sent.ttl_high) sent.meet_ttl(segment.ttl);
        count_octets(sent, segment, pool);
    }
    // Last, as these lie in words with what was read above: a word is slow to read after a part was written.
    if (!is_copy) ++sent.segments;
    sent.last_ip_id = segment.ip_id;
}

// Counts a segment that its receiver drops: the side's numbers do not go on from there.
inline void count_stray(SentData& sent, const Segment& segment) {
    ++sent.segments;
    sent.payload_bytes += segment.payload_length;
}

// What lies before that number was sent, seen or not.
void reach(SentData& sent, Seq next, RangePool& pool);

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
