// PPP: address 0xff and control 0x03 where they are not compressed away, then the protocol, whose first
// byte is left out if it is zero and that was negotiated (an odd byte ends the field).
//
// Source: RFC 1661 section 2, RFC 1662 section 3.1; LINKTYPE_PPP and LINKTYPE_PPP_HDLC at
//         https://www.tcpdump.org/linktypes.html. The latter may hold Cisco HDLC frames too, and files of
//         the former are known that do; no PPP protocol begins with their address bytes.
#pragma once

#include "decode/cisco_hdlc.h"

namespace deadpeer::decoding {

inline Next ppp(Packet& packet) {
    if (packet.captured >= 1 && is_cisco_hdlc_address(packet.data[0])) return cisco_hdlc(packet);
    if (packet.captured >= 2 && packet.data[0] == 0xff && packet.data[1] == 0x03) packet.skip(2);
    if (packet.captured < 1) return stop(SkipReason::kShortLinkHeader);
    if ((packet.data[0] & 1U) != 0) {
        const std::uint8_t protocol = packet.data[0];
        packet.skip(1);
        return ppp_protocol(protocol);
    }
    if (packet.captured < 2) return stop(SkipReason::kShortLinkHeader);
    const std::uint16_t protocol = read_be16(packet.data);
    packet.skip(2);
    return ppp_protocol(protocol);
}

}  // namespace deadpeer::decoding
