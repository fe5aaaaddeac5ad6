// ERF, the records of Endace's cards: time (8), type (1), flags (1), record length (2), losses (2), wire
// length (2); while the first bit of the type says so, extension headers (8), each with such a bit for the
// next; in Ethernet two bytes of padding; then the frame.
//
// Source: LINKTYPE_ERF, https://www.tcpdump.org/linktypes.html, and Endace's description of the types.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline Next erf(Packet& packet) {
    constexpr std::uint32_t kHeader = 16;
    constexpr std::uint32_t kExtension = 8;
    constexpr std::uint32_t kPadding = 2;
    constexpr std::uint8_t kMore = 0x80;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const unsigned type = packet.data[8] & 0x7fU;
    bool more = (packet.data[8] & kMore) != 0;
    packet.skip(kHeader);
    for (; more; packet.skip(kExtension)) {
        if (packet.captured < kExtension) return stop(SkipReason::kShortLinkHeader);
        more = (packet.data[0] & kMore) != 0;
    }
    switch (type) {
        case 2:   // Ethernet
        case 11:  // with a colour
        case 16:  // with a colour and a stream
        case 20:  // with a colour and a hash
            if (packet.captured < kPadding) return stop(SkipReason::kShortLinkHeader);
            packet.skip(kPadding);
            packet.frame_check_bytes = 4;
            return ethernet_frame();
        case 22:  // IPv4
            return ether_type(kEtherTypeIpv4);
        case 23:  // IPv6
            return ether_type(kEtherTypeIpv6);
        default:
            return stop(SkipReason::kUnsupportedLinkType);
    }
}

}  // namespace deadpeer::decoding
