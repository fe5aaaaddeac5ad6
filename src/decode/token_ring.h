// FDDI: frame control (1), destination (6), source (6). Token ring: access control (1), frame control (1),
// destination (6), source (6), and, where the source's first bit is set, routing information, whose length is
// in its first five bits' last. LLC follows both.
//
// Source: LINKTYPE_FDDI and LINKTYPE_IEEE802_5, https://www.tcpdump.org/linktypes.html; IEEE 802.5 clause 3.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline Next fddi(Packet& packet) {
    constexpr std::uint32_t kHeader = 13;
    constexpr std::uint8_t kFormat = 0xf0;
    constexpr std::uint8_t kAsynchronousLlc = 0x50;
    constexpr std::uint8_t kSynchronousLlc = 0xd0;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const std::uint8_t format = packet.data[0] & kFormat;
    if (format != kAsynchronousLlc && format != kSynchronousLlc) return stop(SkipReason::kNotIp);
    packet.skip(kHeader);
    return ether_type(kLinuxLlc);
}

inline Next token_ring(Packet& packet) {
    constexpr std::uint32_t kHeader = 14;
    constexpr std::uint8_t kFrameType = 0xc0;
    constexpr std::uint8_t kLlcFrame = 0x40;
    constexpr std::uint8_t kIsSourceRouted = 0x80;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    if ((packet.data[1] & kFrameType) != kLlcFrame) return stop(SkipReason::kNotIp);
    const bool routed = (packet.data[8] & kIsSourceRouted) != 0;
    packet.skip(kHeader);
    if (routed) {
        if (packet.captured == 0) return stop(SkipReason::kShortLinkHeader);
        const std::uint32_t length = packet.data[0] & 0x1fU;
        if (length < 2 || length > packet.captured) return stop(SkipReason::kShortLinkHeader);
        packet.skip(length);
    }
    return ether_type(kLinuxLlc);
}

}  // namespace deadpeer::decoding
