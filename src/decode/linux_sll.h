// Linux "cooked" capture, version 1: packet type (2), ARPHRD type (2), address length (2), address (8),
// protocol (2).
//
// Source: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html.
#pragma once

#include "decode/bytes.h"
#include "decode/packet.h"

namespace deadpeer::decoding {

inline constexpr std::uint16_t kArphrdNetlink = 824;  // no network packets: the field is a netlink family

inline Next linux_sll(Packet& packet) {
    constexpr std::uint32_t kHeader = 16;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const std::uint16_t arphrd_type = read_be16(packet.data + 2);
    const std::uint16_t protocol = read_be16(packet.data + 14);
    packet.skip(kHeader);
    return arphrd_type == kArphrdNetlink ? stop(SkipReason::kNotIp) : ether_type(protocol);
}

}  // namespace deadpeer::decoding
