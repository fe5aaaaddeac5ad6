// The type or length field of Ethernet and VLAN headers (IEEE 802.3 clause 3.2.6).
//
// Source: https://www.iana.org/assignments/ieee-802-numbers; values below 1536 are not EtherTypes, so
//         Linux keeps private ones there (linux/if_ether.h), which LINKTYPE_LINUX_SLL files contain.
#pragma once

#include "decode/packet.h"

namespace deadpeer::decoding {

inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;
inline constexpr std::uint16_t kEtherTypeMpls = 0x8847;
inline constexpr std::uint16_t kLinuxEthernet = 0x0003;  // an Ethernet frame follows
inline constexpr std::uint16_t kLinuxLlc = 0x0004;       // an 802.2 LLC header follows
inline constexpr std::uint16_t kLinuxPppHdlc = 0x0007;

inline constexpr std::uint16_t kLargestLength = 1500;
inline constexpr std::uint16_t kSmallestEtherType = 1536;

// REQUIRES: the Packet stands after the field.
inline Next type_or_length(Packet& packet, std::uint16_t field) {
    if (field >= kSmallestEtherType) return ether_type(field);
    if (field > kLargestLength || field == 0) return stop(SkipReason::kNotIp);
    packet.limit(field);
    return ether_type(kLinuxLlc);
}

// An Ethernet frame follows.
constexpr Next ethernet_frame() {
    return ether_type(kLinuxEthernet);
}

// An IP packet follows, or else something that its tunnel does not name.
inline Next any_ip(const Packet& packet, SkipReason otherwise) {
    if (packet.captured == 0) return stop(SkipReason::kCutIpHeader);
    switch (packet.data[0] >> 4) {
        case 4:
            return ether_type(kEtherTypeIpv4);
        case 6:
            return ether_type(kEtherTypeIpv6);
        default:
            return stop(otherwise);
    }
}

}  // namespace deadpeer::decoding
