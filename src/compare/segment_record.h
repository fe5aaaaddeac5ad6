// SegmentRecord: what comparing two capture points keeps of one segment.
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <type_traits>

#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/segment.h"
#include "deadpeer/stream_number.h"
#include "deadpeer/time.h"

namespace deadpeer::comparing {

struct SegmentRecord {
    Nanoseconds time = kNoTime;
    std::uint64_t frame = 0;
    StreamNumber stream = 0;
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;  // 0 without the ACK flag
    std::uint32_t length = 0;
    std::uint32_t tsval = 0;  // 0 without time stamps
    std::uint32_t tsecr = 0;  // likewise
    std::uint16_t window = 0;
    std::uint16_t flags = 0;
    std::uint16_t ip_id = 0;
    std::uint16_t file = 0;  // index of the input
    std::uint8_t ttl = 0;
    SegmentKind kind = SegmentKind::kOrdinary;
    Direction direction = Direction::kFromLow;

    [[nodiscard]] bool has(std::uint16_t any_of) const { return (flags & any_of) != 0; }
    // Octets of the sequence space that it takes.
    [[nodiscard]] std::uint32_t octets() const {
        return length + (has(kSyn) ? 1U : 0U) + (has(kFin) ? 1U : 0U);
    }
    [[nodiscard]] std::uint32_t end() const { return seq + octets(); }
    [[nodiscard]] bool is_probe() const {
        return kind == SegmentKind::kKeepaliveProbe || kind == SegmentKind::kZeroWindowProbe;
    }
    // Its receiver owes an answer.
    [[nodiscard]] bool asks() const { return is_probe() || (octets() > 0 && !has(kRst)); }
};
static_assert(std::is_trivially_copyable_v<SegmentRecord>);
static_assert(sizeof(SegmentRecord) <= 64);

}  // namespace deadpeer::comparing
