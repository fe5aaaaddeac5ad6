// BSD loopback: address family (4). LINKTYPE_NULL has it in the capturing machine's byte order, which the
// file does not tell; LINKTYPE_LOOP in network order. Families are small numbers, so both orders can be
// told apart.
//
// Source: https://www.tcpdump.org/linktypes/LINKTYPE_NULL.html, which lists the values of IPv6.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline Next null_loopback(Packet& packet) {
    constexpr std::uint32_t kHeader = 4;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    std::uint32_t family = read_be32(packet.data);
    if (family > 0xffff) family = __builtin_bswap32(family);
    if (family > 0xffff) return stop(SkipReason::kNotIp);
    packet.skip(kHeader);
    // Some writers put an EtherType there.
    if (family >= kSmallestEtherType) return ether_type(static_cast<std::uint16_t>(family));
    switch (family) {
        case 2:
            return ether_type(kEtherTypeIpv4);
        case 24:  // NetBSD, OpenBSD
        case 28:  // FreeBSD
        case 30:  // macOS
            return ether_type(kEtherTypeIpv6);
        default:
            return stop(SkipReason::kNotIp);
    }
}

}  // namespace deadpeer::decoding
