// Headers that the capturing system puts before a whole frame or packet.
//
//     PKTAP (macOS):     length (4), kind of record (4), link type (4), ...; little-endian
//     IPNET (Solaris):   24 bytes, then an IP packet
//     PFLOG (BSD):       length (1), ..., up to a multiple of 4; then an IP packet
//     ENC (BSD):         12 bytes, then an IP packet
//     Juniper:           magic number (3), flags (1), length (2) and extensions if the flags say so
//     DSA (switches):    a tag of the switch's chip before an Ethernet frame, or before its EtherType
//
// Source: LINKTYPE_PKTAP, LINKTYPE_IPNET, LINKTYPE_PFLOG, LINKTYPE_ENC, LINKTYPE_JUNIPER_ETHER,
//         LINKTYPE_DSA_TAG_BRCM and the three after it at https://www.tcpdump.org/linktypes.html.
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

template <std::uint32_t kHeader>
Next header_before_ip(Packet& packet) {
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    packet.skip(kHeader);
    return link_type(kLinkTypeRaw);
}

inline Next packet_filter_log(Packet& packet) {
    if (packet.captured == 0) return stop(SkipReason::kShortLinkHeader);
    const std::uint32_t length = (packet.data[0] + 3U) / 4 * 4;
    if (length == 0 || packet.captured < length) return stop(SkipReason::kShortLinkHeader);
    packet.skip(length);
    return link_type(kLinkTypeRaw);
}

inline Next juniper_ethernet(Packet& packet) {
    constexpr std::uint32_t kFixed = 4;
    constexpr std::uint32_t kLength = 2;
    constexpr std::uint32_t kMagic = 0x4d4743;
    constexpr std::uint8_t kHasExtensions = 0x80;
    constexpr std::uint8_t kHasNoLinkLayer = 0x02;
    if (packet.captured < kFixed) return stop(SkipReason::kShortLinkHeader);
    if (read_be32(packet.data) >> 8 != kMagic) return stop(SkipReason::kUnsupportedLinkType);
    const std::uint8_t flags = packet.data[3];
    packet.skip(kFixed);
    if ((flags & kHasNoLinkLayer) != 0) return stop(SkipReason::kEncapsulated);
    if ((flags & kHasExtensions) == 0) return ethernet_frame();
    if (packet.captured < kLength) return stop(SkipReason::kShortLinkHeader);
    const std::uint32_t extensions = kLength + read_be16(packet.data);
    if (packet.captured < extensions) return stop(SkipReason::kShortLinkHeader);
    packet.skip(extensions);
    return ethernet_frame();
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
