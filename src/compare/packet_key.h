// PacketKey: what a packet keeps on its way, whatever its addresses become.
//
// Threads: plain values.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compare/segment_record.h"

namespace deadpeer::comparing {

// What is added to the numbers of a segment of A to get those of B.
struct Shift {
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;
};

struct PacketKey {
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;
    std::uint32_t length = 0;
    std::uint16_t flags = 0;
    std::uint16_t side = 0;

    static PacketKey of(const SegmentRecord& segment, Shift shift, std::size_t side) {
        return {segment.seq + shift.seq, segment.has(kAck) ? segment.ack + shift.ack : 0, segment.length,
                segment.flags, static_cast<std::uint16_t>(side)};
    }
    friend bool operator==(const PacketKey&, const PacketKey&) = default;
    friend auto operator<=>(const PacketKey&, const PacketKey&) = default;
};

// Not for keys that strangers may choose to collide without bound: what it is used for compares keys, too,
// and is bounded by the segments of one connection.
inline std::uint64_t hash_of(const PacketKey& key) {
    std::uint64_t hash = (std::uint64_t{key.seq} << 32) | key.ack;
    hash = (hash ^ (hash >> 29)) * 0xbf58'476d'1ce4'e5b9U;
    hash ^= (std::uint64_t{key.length} << 32) | (std::uint64_t{key.flags} << 1) | key.side;
    hash = (hash ^ (hash >> 32)) * 0x94d0'49bb'1331'11ebU;
    return hash ^ (hash >> 31);
}

}  // namespace deadpeer::comparing
