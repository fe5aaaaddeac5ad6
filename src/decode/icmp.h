// ICMP and ICMPv6 errors: type (1), code (1), checksum (2), four more bytes, then the packet they are about.
//
// Source: RFC 792; RFC 4443 section 2.1.
#pragma once

#include "decode/packet.h"

namespace deadpeer::decoding {

inline constexpr std::uint32_t kIcmpHeader = 8;
inline constexpr std::uint8_t kProtocolTcp = 6;

// Whether an IPv4 or IPv6 header at `bytes` announces TCP.
inline bool quotes_tcp(const std::uint8_t* bytes, std::uint32_t captured) {
    if (captured < 10) return false;
    switch (bytes[0] >> 4) {
        case 4:
            return bytes[9] == kProtocolTcp;
        case 6:
            return bytes[6] == kProtocolTcp;
        default:
            return false;
    }
}

inline Next stop_at_icmp(const Packet& packet, bool is_error) {
    const bool quote = is_error && packet.captured > kIcmpHeader &&
                       quotes_tcp(packet.data + kIcmpHeader, packet.captured - kIcmpHeader);
    return stop(quote ? SkipReason::kIcmpQuote : SkipReason::kNotTcp);
}

inline Next icmp(Packet& packet) {
    if (packet.captured == 0) return stop(SkipReason::kNotTcp);
    switch (packet.data[0]) {
        case 3:   // destination unreachable
        case 4:   // source quench
        case 5:   // redirect
        case 11:  // time exceeded
        case 12:  // parameter problem
            return stop_at_icmp(packet, true);
        default:
            return stop_at_icmp(packet, false);
    }
}

inline Next icmpv6(Packet& packet) {
    // 1 destination unreachable, 2 packet too big, 3 time exceeded, 4 parameter problem
    const bool is_error = packet.captured > 0 && packet.data[0] >= 1 && packet.data[0] <= 4;
    return stop_at_icmp(packet, is_error);
}

}  // namespace deadpeer::decoding
