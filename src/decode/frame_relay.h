// Frame relay: address (2 bytes or more; the last has its lowest bit set), control (1), and the protocol as
// an NLPID (1): IP, or SNAP as after LLC.
//
// Source: RFC 2427 section 3; LINKTYPE_FRELAY, https://www.tcpdump.org/linktypes.html.
#pragma once

#include "decode/bytes.h"
#include "decode/llc.h"

namespace deadpeer::decoding {

inline Next frame_relay(Packet& packet) {
    constexpr std::uint32_t kLongestAddress = 4;
    constexpr std::uint8_t kUnnumberedInformation = 0x03;
    constexpr std::uint8_t kNlpidIpv4 = 0xcc;
    constexpr std::uint8_t kNlpidIpv6 = 0x8e;
    constexpr std::uint8_t kNlpidSnap = 0x80;
    constexpr std::uint8_t kPad = 0x00;
    std::uint32_t at = 0;
    while (at < packet.captured && at < kLongestAddress && (packet.data[at] & 1U) == 0) ++at;
    ++at;
    if (packet.captured < at + 2) return stop(SkipReason::kShortLinkHeader);
    if (packet.data[at] != kUnnumberedInformation) return stop(SkipReason::kNotIp);
    packet.skip(at + 1);
    if (packet.data[0] == kPad && packet.captured > 1) packet.skip(1);
    const std::uint8_t protocol = packet.data[0];
    packet.skip(1);
    if (protocol == kNlpidIpv4) return ether_type(kEtherTypeIpv4);
    if (protocol == kNlpidIpv6) return ether_type(kEtherTypeIpv6);
    return protocol == kNlpidSnap ? snap(packet) : stop(SkipReason::kNotIp);
}

}  // namespace deadpeer::decoding
