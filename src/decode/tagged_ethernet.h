// Headers between an EtherType and a whole Ethernet frame, or another EtherType.
//
//     802.1ah service tag:  flags (1), service (3); then an Ethernet frame: a provider's backbone
//     Cisco FabricPath:     forwarding tag (2); then an Ethernet frame
//     TRILL:                version and length of the options in words (5 bits), hops (2); destination (2),
//                           source (2), options; then an Ethernet frame
//     HSR:                  path and size (2), sequence (2); then an EtherType
//     VN-Tag:               interfaces (4); then an EtherType
//     Cisco MetaData:       version (1), length of the options in words (1), options; then an EtherType
//
// Source: IEEE 802.1Q clause 9.7 (backbone service instance tag); RFC 6325 section 3; IEC 62439-3; Cisco's
//         descriptions of FabricPath encapsulation, of VN-Tag and of inline security group tags.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

template <std::uint32_t kBytes>
Next tag_before_ethernet(Packet& packet) {
    if (packet.captured < kBytes) return stop(SkipReason::kShortLinkHeader);
    packet.skip(kBytes);
    return ethernet_frame();
}

template <std::uint32_t kBytes>
Next tag_before_ether_type(Packet& packet) {
    constexpr std::uint32_t kHeader = kBytes + 2;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const std::uint16_t field = read_be16(packet.data + kBytes);
    packet.skip(kHeader);
    return type_or_length(packet, field);
}

inline Next backbone_service(Packet& packet) {
    constexpr std::uint32_t kTag = 4;
    constexpr std::uint32_t kService = 0xffffff;
    if (packet.captured < kTag) return stop(SkipReason::kShortLinkHeader);
    packet.networks.enter(ScopeKind::kService, read_be32(packet.data) & kService);
    packet.skip(kTag);
    return ethernet_frame();
}

inline Next trill(Packet& packet) {
    constexpr std::uint32_t kFixed = 6;
    if (packet.captured < kFixed) return stop(SkipReason::kShortLinkHeader);
    const std::uint32_t header = kFixed + (read_be16(packet.data) >> 6 & 0x1fU) * 4;
    if (packet.captured < header) return stop(SkipReason::kShortLinkHeader);
    packet.skip(header);
    return ethernet_frame();
}

inline Next cisco_metadata(Packet& packet) {
    constexpr std::uint32_t kFixed = 2;
    constexpr std::uint32_t kEtherType = 2;
    if (packet.captured < kFixed) return stop(SkipReason::kShortLinkHeader);
    const std::uint32_t header = kFixed + packet.data[1] * 4U + kEtherType;
    if (packet.captured < header) return stop(SkipReason::kShortLinkHeader);
    const std::uint16_t field = read_be16(packet.data + header - kEtherType);
    packet.skip(header);
    return type_or_length(packet, field);
}

}  // namespace deadpeer::decoding
