// Linux "cooked" capture, version 2: protocol (2), reserved (2), interface index (4), ARPHRD type (2),
// packet type (1), address length (1), address (8).
//
// Source: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html.
#pragma once

#include "decode/linux_sll.h"

namespace deadpeer::decoding {

inline Next linux_sll2(Packet& packet) {
    constexpr std::uint32_t kHeader = 20;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const std::uint16_t protocol = read_be16(packet.data);
    const std::uint16_t arphrd_type = read_be16(packet.data + 8);
    packet.networks.enter_interface(read_be32(packet.data + 4));
    packet.skip(kHeader);
    return arphrd_type == kArphrdNetlink ? stop(SkipReason::kNotIp) : ether_type(protocol);
}

}  // namespace deadpeer::decoding
