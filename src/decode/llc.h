// IEEE 802.2 LLC: DSAP (1), SSAP (1), control (1 where an IP packet follows); SNAP after it: organisation
// (3), protocol (2), which is an EtherType if the organisation is 00-00-00 or the bridge-tunnel 00-00-F8.
//
// Source: RFC 1042; IEEE 802.1H for 00-00-F8.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline Next snap(Packet& packet) {
    constexpr std::uint32_t kSnap = 5;
    if (packet.captured < kSnap) return stop(SkipReason::kShortLinkHeader);
    const std::uint32_t organisation = read_be32(packet.data) >> 8;
    const std::uint16_t protocol = read_be16(packet.data + 3);
    packet.skip(kSnap);
    if (organisation == 0x000000 || organisation == 0x0000f8) return ether_type(protocol);
    return stop(SkipReason::kNotIp);
}

inline Next llc(Packet& packet) {
    constexpr std::uint32_t kLlc = 3;
    constexpr std::uint8_t kSapIp = 0x06;
    constexpr std::uint8_t kSapSnap = 0xaa;
    constexpr std::uint8_t kUnnumberedInformation = 0x03;
    if (packet.captured < kLlc) return stop(SkipReason::kShortLinkHeader);
    const std::uint8_t dsap = packet.data[0];
    const std::uint8_t ssap = packet.data[1];
    if (packet.data[2] != kUnnumberedInformation) return stop(SkipReason::kNotIp);
    packet.skip(kLlc);
    if (dsap == kSapIp) return ether_type(kEtherTypeIpv4);
    return dsap == kSapSnap && ssap == kSapSnap ? snap(packet) : stop(SkipReason::kNotIp);
}

}  // namespace deadpeer::decoding
