// IPv6 through NATs in UDP: Teredo, with an authentication header, an origin header, both or neither before
// the packet; and AYIYA, which signs it.
//
//     authentication:  0x0001, length of the identifier (1), of the value (1), both, nonce (8),
//                      confirmation (1)
//     origin:          0x0000, port (2), address (4)
//     AYIYA:           length of the identity as a power of 2 (4 bits), its type (4), length of the signature
//                      in words (4), hash (4), authentication (4), operation (4), IP protocol (1), time (4),
//                      identity, signature
//
// Source: RFC 4380 section 5.1.1; draft-massar-v6ops-ayiya-02 section 3.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline Next teredo(Packet& packet) {
    constexpr std::uint16_t kAuthentication = 1;
    constexpr std::uint16_t kOrigin = 0;
    constexpr std::uint32_t kOriginHeader = 8;
    if (packet.captured >= 4 && read_be16(packet.data) == kAuthentication) {
        const std::uint32_t length = 4U + packet.data[2] + packet.data[3] + 9;
        if (packet.captured < length) return stop(SkipReason::kNotTcp);
        packet.skip(length);
    }
    if (packet.captured >= kOriginHeader && read_be16(packet.data) == kOrigin) packet.skip(kOriginHeader);
    if (packet.captured == 0 || packet.data[0] >> 4 != 6) return stop(SkipReason::kNotTcp);
    return ether_type(kEtherTypeIpv6);
}

inline Next ayiya(Packet& packet) {
    constexpr std::uint32_t kFixed = 8;
    if (packet.captured < kFixed) return stop(SkipReason::kNotTcp);
    const std::uint32_t identity = 1U << (packet.data[0] >> 4);
    const std::uint32_t signature = (packet.data[1] >> 4) * 4U;
    const std::uint8_t protocol = packet.data[3];
    const std::uint32_t length = kFixed + identity + signature;
    if (packet.captured < length) return stop(SkipReason::kNotTcp);
    packet.skip(length);
    return ip_protocol(protocol);
}

}  // namespace deadpeer::decoding
