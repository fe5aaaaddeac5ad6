// UDP: source port (2), destination port (2), length with this header (2), checksum (2). Of what it carries,
// only DHCP is looked into; tunnels are told from the rest.
//
// Source: RFC 768.
#pragma once

#include "decode/dhcp.h"

namespace deadpeer::decoding {

// Ports of tunnels that carry whole packets: GTP-U, VXLAN, Geneve, CAPWAP data, Teredo (IANA's registry).
constexpr bool is_tunnel_port(std::uint16_t port) {
    return port == 2152 || port == 4789 || port == 6081 || port == 5247 || port == 3544;
}

inline Next udp(Packet& packet) {
    constexpr std::uint32_t kHeader = 8;
    constexpr std::uint16_t kDhcpClient = 68;
    constexpr std::uint16_t kDhcpServer = 67;
    if (packet.captured < kHeader) return stop(SkipReason::kNotTcp);
    const std::uint16_t source_port = read_be16(packet.data);
    const std::uint16_t destination_port = read_be16(packet.data + 2);
    const std::uint16_t length = read_be16(packet.data + 4);
    if (is_tunnel_port(source_port) || is_tunnel_port(destination_port))
        return stop(SkipReason::kEncapsulated);
    if (source_port != kDhcpClient || destination_port != kDhcpServer || length < kHeader) {
        return stop(SkipReason::kNotTcp);
    }
    packet.limit(length);
    packet.skip(kHeader);
    return dhcp(packet);
}

}  // namespace deadpeer::decoding
