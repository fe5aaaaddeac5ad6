// Linux "cooked" capture, version 1: packet type (2), ARPHRD type (2), address length (2), address (8),
// protocol (2).
//
// Source: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html.
#pragma once

#include "decode/bytes.h"
#include "decode/packet.h"

namespace deadpeer::decoding {

// What an EtherType-like protocol field means depends on the device type in these cases.
constexpr bool protocol_is_ether_type(std::uint16_t arphrd_type) {
    constexpr std::uint16_t kFrameRelay = 770;
    constexpr std::uint16_t kRadiotap = 803;
    constexpr std::uint16_t kNetlink = 824;
    return arphrd_type != kFrameRelay && arphrd_type != kRadiotap && arphrd_type != kNetlink;
}

inline Next linux_sll(Packet& packet) {
    constexpr std::uint32_t kHeader = 16;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const std::uint16_t arphrd_type = read_be16(packet.data + 2);
    const std::uint16_t protocol = read_be16(packet.data + 14);
    packet.skip(kHeader);
    return protocol_is_ether_type(arphrd_type) ? ether_type(protocol) : stop(SkipReason::kNotIp);
}

}  // namespace deadpeer::decoding
