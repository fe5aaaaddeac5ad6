// A PPPoE session: version and type (1), code (1), session (2), length (2); then a PPP protocol and packet.
//
// Source: RFC 2516 section 4.
#pragma once

#include "decode/ppp.h"

namespace deadpeer::decoding {

inline Next pppoe(Packet& packet) {
    constexpr std::uint32_t kHeader = 6;
    constexpr std::uint8_t kSessionData = 0;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    if (packet.data[1] != kSessionData) return stop(SkipReason::kNotIp);
    const std::uint32_t length = read_be16(packet.data + 4);
    packet.skip(kHeader);
    packet.limit(length);
    return ppp(packet);
}

}  // namespace deadpeer::decoding
