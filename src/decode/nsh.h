// NSH, the service header of VXLAN-GPE and Ethernet: version and flags (1), length in words (6 bits of 1),
// metadata type (1), next protocol (1), service path (4), metadata.
//
// Source: RFC 8300 section 2.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline constexpr std::uint16_t kEtherTypeNsh = 0x894f;

inline Next nsh(Packet& packet) {
    constexpr std::uint32_t kFixed = 8;
    if (packet.captured < kFixed) return stop(SkipReason::kShortLinkHeader);
    const std::uint32_t length = (packet.data[1] & 0x3fU) * 4U;
    const std::uint8_t protocol = packet.data[3];
    if (length < kFixed || length > packet.captured) return stop(SkipReason::kShortLinkHeader);
    packet.skip(length);
    switch (protocol) {
        case 1:
            return ether_type(kEtherTypeIpv4);
        case 2:
            return ether_type(kEtherTypeIpv6);
        case 3:
            return ethernet_frame();
        case 4:
            return ether_type(kEtherTypeNsh);
        case 5:
            return ether_type(kEtherTypeMpls);
        default:
            return stop(SkipReason::kEncapsulated);
    }
}

}  // namespace deadpeer::decoding
