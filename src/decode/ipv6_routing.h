// The IPv6 routing header: next header (1), length (1), type (1), segments left (1), four more bytes, then
// addresses. While segments are left, the packet's end is not the destination in the IPv6 header but the
// last address of types 0 and 2, the first of type 4 (whose list runs backwards). That is where the
// connection ends, and what Wireshark shows.
//
// Source: RFC 8200 section 4.4 (type 0: RFC 5095), RFC 6275 section 6.4 (2), RFC 8754 section 2 (4).
//         Type 3 (RFC 6554) may compress its addresses: it is passed over.
#pragma once

#include "decode/ip_extension.h"

namespace deadpeer::decoding {

inline Next ipv6_routing(Packet& packet) {
    constexpr std::uint32_t kFixed = 8;
    constexpr std::uint32_t kAddress = 16;
    const std::uint8_t* const header = packet.data;
    const Next next = ip_extension(packet);
    if (next.space == NumberSpace::kNone || !packet.is_v6) return next;

    const std::uint32_t addresses = (header[1] * 8U) / kAddress;
    const std::uint8_t type = header[2];
    const std::uint8_t segments_left = header[3];
    if (segments_left == 0 || addresses == 0) return next;
    if (type == 0 || type == 2) {
        packet.destination = header + kFixed + (addresses - 1) * kAddress;
    } else if (type == 4) {
        packet.destination = header + kFixed;
    }
    return next;
}

}  // namespace deadpeer::decoding
