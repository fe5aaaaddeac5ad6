// Geneve: version (2 bits), length of the options in words (6 bits), flags (1), EtherType (2), network
// identifier (3), reserved (1), options.
//
// Source: RFC 8926 section 3.4.
#pragma once

#include "decode/bytes.h"
#include "decode/vxlan.h"

namespace deadpeer::decoding {

inline Next geneve(Packet& packet) {
    constexpr std::uint32_t kFixed = 8;
    if (packet.captured < kFixed || packet.data[0] >> 6 != 0) return stop(SkipReason::kNotTcp);
    const std::uint32_t length = kFixed + (packet.data[0] & 0x3fU) * 4;
    const std::uint16_t protocol = read_be16(packet.data + 2);
    if (packet.captured < length) return stop(SkipReason::kShortLinkHeader);
    packet.networks.enter(ScopeKind::kVni, virtual_network(packet.data));
    packet.skip(length);
    return ether_type(protocol);
}

}  // namespace deadpeer::decoding
