// L2TP version 2, data messages: flags and version (2), length (2, if a flag says so), tunnel (2), session
// (2), sequence numbers (4, likewise), size of padding (2, likewise) and padding; then PPP.
//
// Source: RFC 2661 section 3.1.
#pragma once

#include "decode/bytes.h"
#include "decode/packet.h"

namespace deadpeer::decoding {

inline Next l2tp(Packet& packet) {
    constexpr std::uint16_t kControl = 0x8000;
    constexpr std::uint16_t kHasLength = 0x4000;
    constexpr std::uint16_t kHasSequence = 0x0800;
    constexpr std::uint16_t kHasOffset = 0x0200;
    constexpr std::uint16_t kVersionTwo = 2;
    if (packet.captured < 2) return stop(SkipReason::kNotTcp);
    const std::uint16_t flags = read_be16(packet.data);
    if ((flags & kControl) != 0 || (flags & 0x0f) != kVersionTwo) return stop(SkipReason::kNotTcp);
    std::uint32_t length = 6;
    if ((flags & kHasLength) != 0) length += 2;
    if ((flags & kHasSequence) != 0) length += 4;
    if ((flags & kHasOffset) != 0) {
        if (packet.captured < length + 2) return stop(SkipReason::kShortLinkHeader);
        length += 2U + read_be16(packet.data + length);
    }
    if (packet.captured < length) return stop(SkipReason::kShortLinkHeader);
    packet.skip(length);
    return link_type(kLinkTypePpp);
}

}  // namespace deadpeer::decoding
