// Cisco HDLC: address (1), control (1), EtherType (2).
//
// Source: RFC 1547 section 4.3.1; LINKTYPE_C_HDLC, https://www.tcpdump.org/linktypes.html.
#pragma once

#include "decode/bytes.h"
#include "decode/packet.h"

namespace deadpeer::decoding {

constexpr bool is_cisco_hdlc_address(std::uint8_t byte) {
    return byte == 0x0f || byte == 0x8f;  // unicast, multicast
}

inline Next cisco_hdlc(Packet& packet) {
    constexpr std::uint32_t kHeader = 4;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const std::uint16_t protocol = read_be16(packet.data + 2);
    packet.skip(kHeader);
    return ether_type(protocol);
}

}  // namespace deadpeer::decoding
