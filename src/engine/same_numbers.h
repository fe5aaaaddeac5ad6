// Whether a segment that met a RST has the numbers of a connection that the RST's sender has with another
// address or port.
//
// Threads: pure functions.
#pragma once

#include <cstdint>

#include "core/seq.h"
#include "deadpeer/segment.h"
#include "engine/connection.h"

namespace deadpeer {

// By no more than segments that are on their way make.
inline bool is_near(Seq one, Seq other) {
    constexpr std::int32_t kNear = 1 << 16;
    const std::int32_t distance = one.distance_to(other);
    return -kNear < distance && distance < kNear;
}

// Its first segment came out of the middle of a connection, and the RST's sender has said nothing else.
inline bool is_begun_by_other(const Connection& connection, const Segment& reset) {
    return !connection.syn_seen && !connection.syn_ack_seen &&
           connection.sent_by(reset.direction).segments == 0;
}

// The numbers that were next in `old`, both, from another address or port: 64 bits do not agree by chance.
inline bool goes_on_in(const Connection& old, const Connection& connection, const Segment& reset) {
    const SentData& sent = connection.sent_by(opposite(reset.direction));
    const Direction client = old.key.low() == reset.source() ? Direction::kFromHigh : Direction::kFromLow;
    const HalfStream& own = old.tcp.forward(client);
    const SentData& before = old.sent_by(client);
    const Seq first = sent.next - static_cast<std::uint32_t>(sent.payload_bytes);
    return old.key.receiver(client) == reset.source() && own.seen && before.next_known && sent.next_known &&
           before.next == first && own.last_ack == Seq(reset.seq) && !is_one_way(old);
}

// Both its numbers are where `old` has come to, though not next: what a NAT let pass without translating it.
inline bool belongs_to(const Connection& old, const Connection& connection, const Segment& reset) {
    const Direction peer = old.key.low() == reset.source() ? Direction::kFromHigh : Direction::kFromLow;
    const SentData& stray = connection.sent_by(opposite(reset.direction));
    const SentData& sent = old.sent_by(peer);
    const SentData& own = old.sent_by(opposite(peer));
    return old.key.receiver(peer) == reset.source() && !is_one_way(old) && stray.next_known &&
           sent.next_known && own.next_known && is_near(stray.next, sent.next) &&
           is_near(Seq(reset.seq), own.next);
}

}  // namespace deadpeer
