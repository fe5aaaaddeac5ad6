// A-MSDU: several packets in one 802.11 frame, each behind a header of its own: destination (6), source (6),
// length (2); then LLC. Each but the last is filled up to a multiple of four bytes.
//
// Source: IEEE 802.11 clause 9.3.2.2.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "decode/bytes.h"
#include "decode/packet.h"

namespace deadpeer::decoding {

// Moves `aggregate` past its first subframe, and answers what is in that; nothing if there is none, or if it
// is cut within its header.
inline std::optional<Packet> next_subframe(Packet& aggregate) {
    constexpr std::uint32_t kHeader = 14;
    constexpr std::uint32_t kAlignment = 4;
    if (aggregate.captured < kHeader) return std::nullopt;
    const std::uint32_t length = read_be16(aggregate.data + 12);
    Packet subframe = aggregate;
    subframe.skip(kHeader);
    subframe.limit(length);
    const std::uint32_t whole = (kHeader + length + kAlignment - 1) / kAlignment * kAlignment;
    aggregate.skip(std::min(whole, aggregate.captured));
    return subframe;
}

}  // namespace deadpeer::decoding
