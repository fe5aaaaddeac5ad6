// ICMP and ICMPv6: type (1), code (1), checksum (2), four more bytes; in errors then the packet they are
// about.
//
// Which errors' quotes are read is what Wireshark 4.0 does, as it numbers the streams that it meets there:
// not those of redirects, nor of an IPv4 packet in ICMPv6.
//
// Source: RFC 792; RFC 4443 section 2.1.
#pragma once

#include "decode/ether_type.h"
#include "decode/neighbor_discovery.h"

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

inline SkipReason reason_of_error(const Packet& packet) {
    const bool quote =
        packet.captured > kIcmpHeader && quotes_tcp(packet.data + kIcmpHeader, packet.captured - kIcmpHeader);
    return quote ? SkipReason::kIcmpQuote : SkipReason::kNotTcp;
}

inline Next enter_quote(Packet& packet, Notice::Kind kind, std::uint16_t quoted_ether_type) {
    const SkipReason reason = reason_of_error(packet);
    if (packet.captured <= kIcmpHeader) return stop(reason);
    if (packet.quote.inside) {
        // An error about an error, which nobody should send (RFC 1122 section 3.2.2).
        packet.quote.kind = Notice::Kind::kQuote;
    } else {
        packet.quote.reporter = packet.sender();
        packet.quote.inside = true;
        packet.quote.kind = kind;
        packet.quote.reason = reason;
    }
    packet.networks.stay();
    packet.skip(kIcmpHeader);
    return ether_type(quoted_ether_type);
}

// Host unreachable and host unknown (RFC 1122 section 3.2.2.1): the other codes are of networks, of what an
// administrator prohibits, and of ports.
inline Notice::Kind kind_of_unreachable(std::uint8_t code) {
    constexpr std::uint8_t kHostUnreachable = 1;
    constexpr std::uint8_t kFragmentationNeeded = 4;
    constexpr std::uint8_t kHostUnknown = 7;
    if (code == kFragmentationNeeded) return Notice::Kind::kQuote;
    const bool of_host = code == kHostUnreachable || code == kHostUnknown;
    return of_host ? Notice::Kind::kHostUnreachable : Notice::Kind::kPathUnreachable;
}

inline Notice::Kind kind_of_time_exceeded(std::uint8_t code) {
    constexpr std::uint8_t kInTransit = 0;  // the other code is about fragments that came too late
    return code == kInTransit ? Notice::Kind::kPathUnreachable : Notice::Kind::kQuote;
}

inline Next icmp(Packet& packet) {
    if (packet.captured < 2) return stop(SkipReason::kNotTcp);
    const std::uint8_t code = packet.data[1];
    switch (packet.data[0]) {
        case 3:  // destination unreachable
            return enter_quote(packet, kind_of_unreachable(code), kEtherTypeIpv4);
        case 11:  // time exceeded
            return enter_quote(packet, kind_of_time_exceeded(code), kEtherTypeIpv4);
        case 4:   // source quench
        case 12:  // parameter problem
            return enter_quote(packet, Notice::Kind::kQuote, kEtherTypeIpv4);
        case 5:  // redirect
            return stop(reason_of_error(packet));
        default:
            return stop(SkipReason::kNotTcp);
    }
}

inline Next icmpv6(Packet& packet) {
    constexpr std::uint8_t kAddressUnreachable = 3;
    if (packet.captured < 2) return stop(SkipReason::kNotTcp);
    const std::uint8_t code = packet.data[1];
    switch (packet.data[0]) {
        case 1:  // destination unreachable
            return enter_quote(
                packet,
                code == kAddressUnreachable ? Notice::Kind::kHostUnreachable : Notice::Kind::kPathUnreachable,
                kEtherTypeIpv6);
        case 3:  // time exceeded
            return enter_quote(packet, kind_of_time_exceeded(code), kEtherTypeIpv6);
        case 2:  // packet too big
        case 4:  // parameter problem
            return enter_quote(packet, Notice::Kind::kQuote, kEtherTypeIpv6);
        case kNeighborSolicitation:
        case kNeighborAdvertisement:
            return neighbor_discovery(packet);
        default:
            return stop(SkipReason::kNotTcp);
    }
}

}  // namespace deadpeer::decoding
