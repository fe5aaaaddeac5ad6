// Ethernet: destination (6), source (6), type or length (2).
//
// Source: LINKTYPE_ETHERNET, https://www.tcpdump.org/linktypes.html.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline Next ethernet(Packet& packet) {
    constexpr std::uint32_t kHeader = 14;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const std::uint16_t field = read_be16(packet.data + 12);
    packet.skip(kHeader);
    return type_or_length(packet, field);
}

}  // namespace deadpeer::decoding
