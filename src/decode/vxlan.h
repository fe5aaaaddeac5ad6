// VXLAN: flags (1), reserved (3), network identifier (3), reserved (1); then an Ethernet frame. The generic
// extension (GPE) says in the byte before the network identifier what follows.
//
// Source: RFC 7348 section 5; draft-ietf-nvo3-vxlan-gpe-13 section 3.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"
#include "decode/nsh.h"

namespace deadpeer::decoding {

inline constexpr std::uint32_t kVxlanHeader = 8;
inline constexpr std::uint8_t kVxlanNetworkIsValid = 0x08;

inline Next vxlan(Packet& packet) {
    if (packet.captured < kVxlanHeader || (packet.data[0] & kVxlanNetworkIsValid) == 0) {
        return stop(SkipReason::kNotTcp);
    }
    packet.skip(kVxlanHeader);
    return ethernet_frame();
}

inline Next vxlan_gpe(Packet& packet) {
    constexpr std::uint8_t kIpv4 = 1;
    constexpr std::uint8_t kIpv6 = 2;
    constexpr std::uint8_t kEthernet = 3;
    constexpr std::uint8_t kServiceHeader = 4;
    constexpr std::uint8_t kMpls = 5;
    if (packet.captured < kVxlanHeader || (packet.data[0] & kVxlanNetworkIsValid) == 0) {
        return stop(SkipReason::kNotTcp);
    }
    const std::uint8_t protocol = packet.data[3];
    packet.skip(kVxlanHeader);
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

}  // namespace deadpeer::decoding
