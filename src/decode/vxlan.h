// VXLAN: flags (1), reserved (3), network identifier (3), reserved (1); then an Ethernet frame. The generic
// extension (GPE) says in the byte before the network identifier what follows.
//
// Source: RFC 7348 section 5; draft-ietf-nvo3-vxlan-gpe-13 section 3.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"
#include "decode/nsh.h"

namespace deadpeer::decoding {

inline constexpr std::uint32_t kVxlanHeader = 8;
inline constexpr std::uint8_t kVxlanNetworkIsValid = 0x08;

// Geneve and LISP have theirs at the same place.
inline std::uint32_t virtual_network(const std::uint8_t* header) {
    return read_be32(header + 4) >> 8;
}

inline Next vxlan(Packet& packet) {
    if (packet.captured < kVxlanHeader || (packet.data[0] & kVxlanNetworkIsValid) == 0) {
        return stop(SkipReason::kNotTcp);
    }
    packet.networks.enter(ScopeKind::kVni, virtual_network(packet.data));
    packet.skip(kVxlanHeader);
    return ethernet_frame();
}

inline Next vxlan_gpe(Packet& packet) {
    if (packet.captured < kVxlanHeader || (packet.data[0] & kVxlanNetworkIsValid) == 0) {
        return stop(SkipReason::kNotTcp);
    }
    const std::uint8_t protocol = packet.data[3];
    packet.networks.enter(ScopeKind::kVni, virtual_network(packet.data));
    packet.skip(kVxlanHeader);
    return service_protocol(protocol);
}

}  // namespace deadpeer::decoding
