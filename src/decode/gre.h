// GRE: flags and version (2), EtherType (2), then what the flags announce: checksum and offset (4), key (4),
// sequence number (4), source routes; in version 1 an acknowledgement number (4). And what stands in it:
//
// ERSPAN: a mirror port's Ethernet frames in GRE. Type I has no header of its own and no sequence number in
//         GRE, type II one of 8 bytes, type III one of 12, and 8 more if its last bit is set.
// WCCP:   web traffic that a router redirects: an IPv4 packet, in version 2 behind 4 bytes.
// Source: RFC 2784; RFC 2890; RFC 1701 (source routes); RFC 2637 section 4.1 (version 1, whose key is none);
//         RFC 7637 section 3.2 (NVGRE);
//         draft-foschiano-erspan-03; draft-mclaggan-wccp-v2rev1-00 section 4.12.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline constexpr std::uint16_t kErspanTypeTwo = 0x88be;
inline constexpr std::uint16_t kErspanTypeThree = 0x22eb;

// Of each: address family (2), offset (1), length (1), addresses; one of family and length 0 ends them.
inline bool skip_source_routes(Packet& packet) {
    constexpr std::uint32_t kRoute = 4;
    while (packet.captured >= kRoute) {
        const bool is_last = read_be16(packet.data) == 0 && packet.data[3] == 0;
        const std::uint32_t length = kRoute + packet.data[3];
        if (length > packet.captured) return false;
        packet.skip(length);
        if (is_last) return true;
    }
    return false;
}

// NVGRE's key is a virtual subnet and, in its last byte, something that may differ from flow to flow. Subnets
// begin at 4096: a smaller key is a number that somebody chose.
inline void enter_keyed(Packet& packet, std::uint16_t protocol, std::uint32_t key) {
    constexpr std::uint16_t kEthernet = 0x6558;
    constexpr std::uint32_t kFirstSubnet = 0x1000;
    const bool is_subnet = protocol == kEthernet && key >> 8 >= kFirstSubnet;
    packet.networks.enter(is_subnet ? ScopeKind::kVni : ScopeKind::kGre, is_subnet ? key >> 8 : key);
}

inline Next gre(Packet& packet) {
    constexpr std::uint32_t kFixed = 4;
    constexpr std::uint16_t kChecksum = 0x8000;
    constexpr std::uint16_t kRouting = 0x4000;
    constexpr std::uint16_t kKey = 0x2000;
    constexpr std::uint16_t kSequence = 0x1000;
    constexpr std::uint16_t kAcknowledgement = 0x0080;
    constexpr std::uint16_t kVersion = 0x0007;
    if (packet.captured < kFixed) return stop(SkipReason::kShortLinkHeader);
    const std::uint16_t flags = read_be16(packet.data);
    const std::uint16_t protocol = read_be16(packet.data + 2);
    std::uint32_t length = kFixed;
    if ((flags & (kChecksum | kRouting)) != 0) length += 4;
    for (const std::uint16_t flag : {kKey, kSequence, kAcknowledgement}) {
        if ((flags & flag) != 0) length += 4;
    }
    if (packet.captured < length) return stop(SkipReason::kShortLinkHeader);
    if ((flags & kKey) != 0 && (flags & kVersion) == 0) {
        const bool has_checksum = (flags & (kChecksum | kRouting)) != 0;
        enter_keyed(packet, protocol, read_be32(packet.data + kFixed + (has_checksum ? 4 : 0)));
    }
    packet.skip(length);
    if ((flags & kRouting) != 0 && !skip_source_routes(packet)) return stop(SkipReason::kShortLinkHeader);
    if (protocol == kErspanTypeTwo || protocol == kErspanTypeThree) packet.networks.leave_all();
    const bool is_erspan_type_one = protocol == kErspanTypeTwo && (flags & kSequence) == 0;
    return is_erspan_type_one ? ethernet_frame() : ether_type(protocol);
}

inline Next wccp(Packet& packet) {
    constexpr std::uint32_t kRedirectHeader = 4;
    if (packet.captured == 0) return stop(SkipReason::kShortLinkHeader);
    if (packet.data[0] >> 4 != 4) {
        if (packet.captured < kRedirectHeader) return stop(SkipReason::kShortLinkHeader);
        packet.skip(kRedirectHeader);
    }
    return ether_type(kEtherTypeIpv4);
}

inline Next erspan_type_three(Packet& packet) {
    constexpr std::uint32_t kHeader = 12;
    constexpr std::uint32_t kPlatformSpecific = 8;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const std::uint32_t length = kHeader + ((packet.data[11] & 1U) != 0 ? kPlatformSpecific : 0);
    if (packet.captured < length) return stop(SkipReason::kShortLinkHeader);
    packet.skip(length);
    return ethernet_frame();
}

}  // namespace deadpeer::decoding
