// NSH, the service header of VXLAN-GPE and Ethernet: version and flags (1), length in words (6 bits of 1),
// metadata type (1), next protocol (1), service path (4), metadata.
//
// Source: RFC 8300 section 2.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline constexpr std::uint16_t kEtherTypeNsh = 0x894f;

// VXLAN-GPE and NSH number what follows alike.
inline Next service_protocol(std::uint8_t protocol) {
    constexpr std::uint8_t kIpv4 = 1;
    constexpr std::uint8_t kIpv6 = 2;
    constexpr std::uint8_t kEthernet = 3;
    constexpr std::uint8_t kServiceHeader = 4;
    constexpr std::uint8_t kMpls = 5;
    switch (protocol) {
        case kIpv4:
            return ether_type(kEtherTypeIpv4);
        case kIpv6:
            return ether_type(kEtherTypeIpv6);
        case kEthernet:
            return ethernet_frame();
        case kServiceHeader:
            return ether_type(kEtherTypeNsh);
        case kMpls:
            return ether_type(kEtherTypeMpls);
        default:
            return stop(SkipReason::kEncapsulated);
    }
}

inline Next nsh(Packet& packet) {
    constexpr std::uint32_t kFixed = 8;
    if (packet.captured < kFixed) return stop(SkipReason::kShortLinkHeader);
    const std::uint32_t length = (packet.data[1] & 0x3fU) * 4U;
    const std::uint8_t protocol = packet.data[3];
    if (length < kFixed || length > packet.captured) return stop(SkipReason::kShortLinkHeader);
    packet.skip(length);
    return service_protocol(protocol);
}

}  // namespace deadpeer::decoding
