// UDP: source port (2), destination port (2), length with this header (2), checksum (2). Of what it carries,
// tunnels and DHCP are looked into.
//
// Source: RFC 768.
#pragma once

#include "decode/dhcp.h"

namespace deadpeer::decoding {

inline Next udp(Packet& packet) {
    constexpr std::uint32_t kHeader = 8;
    constexpr std::uint16_t kDhcpClient = 68;
    constexpr std::uint16_t kDhcpServer = 67;
    if (packet.captured < kHeader) return stop(SkipReason::kNotTcp);
    const std::uint16_t source_port = read_be16(packet.data);
    const std::uint16_t destination_port = read_be16(packet.data + 2);
    const std::uint16_t length = read_be16(packet.data + 4);
    if (length < kHeader) return stop(SkipReason::kNotTcp);
    packet.limit(length);
    packet.skip(kHeader);
    if (source_port == kDhcpClient && destination_port == kDhcpServer) return dhcp(packet);
    return udp_ports(source_port, destination_port);
}

}  // namespace deadpeer::decoding
