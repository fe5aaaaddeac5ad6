// Headers between an EtherType and a whole Ethernet frame, or another EtherType.
//
//     802.1ah service tag:  flags (1), service (3); then an Ethernet frame
//     Cisco FabricPath:     forwarding tag (2); then an Ethernet frame
//     Cisco MetaData:       version (1), length of the options in words (1), options; then an EtherType
//
// Source: IEEE 802.1Q clause 9.7 (backbone service instance tag); Cisco's descriptions of FabricPath
//         encapsulation and of inline security group tags.
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
