// A VLAN tag after its EtherType: tag control information (2), type or length (2).
//
// Source: IEEE 802.1Q clause 9.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline Next vlan(Packet& packet) {
    constexpr std::uint32_t kTag = 4;
    if (packet.captured < kTag) return stop(SkipReason::kShortLinkHeader);
    constexpr std::uint16_t kIdentifier = 0x0fff;
    const std::uint16_t field = read_be16(packet.data + 2);
    const std::uint16_t id = read_be16(packet.data) & kIdentifier;
    if (packet.vlan == 0) packet.vlan = id;
    packet.networks.enter_vlan(id);
    packet.skip(kTag);
    return type_or_length(packet, field);
}

}  // namespace deadpeer::decoding
