// Headers that the capturing system puts before a whole frame or packet.
//
//     PKTAP (macOS):     length (4), kind of record (4), link type (4), ...; little-endian
//     IPNET (Solaris):   24 bytes, then an IP packet
//     DSA (switches):    a tag of the switch's chip before an Ethernet frame, or before its EtherType
//
// Source: LINKTYPE_PKTAP, LINKTYPE_IPNET, LINKTYPE_DSA_TAG_BRCM and the three after it at
//         https://www.tcpdump.org/linktypes.html.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline Next pktap(Packet& packet) {
    constexpr std::uint32_t kFixed = 12;
    constexpr std::uint32_t kPacketFollows = 1;
    if (packet.captured < kFixed) return stop(SkipReason::kShortLinkHeader);
    const std::uint32_t length = read_le32(packet.data);
    const std::uint32_t record = read_le32(packet.data + 4);
    const std::uint32_t type = read_le32(packet.data + 8);
    if (length < kFixed || length > packet.captured) return stop(SkipReason::kShortLinkHeader);
    if (record != kPacketFollows || type > 0xffff) return stop(SkipReason::kUnsupportedLinkType);
    packet.skip(length);
    return link_type(static_cast<std::uint16_t>(type));
}

inline Next ipnet(Packet& packet) {
    constexpr std::uint32_t kHeader = 24;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    packet.skip(kHeader);
    return link_type(kLinkTypeRaw);
}

// The tag stands after the two addresses.
template <std::uint32_t kTag>
Next ethernet_with_switch_tag(Packet& packet) {
    constexpr std::uint32_t kAddresses = 12;
    constexpr std::uint32_t kHeader = kAddresses + kTag + 2;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const std::uint16_t field = read_be16(packet.data + kHeader - 2);
    packet.skip(kHeader);
    return type_or_length(packet, field);
}

}  // namespace deadpeer::decoding
