// NFLOG: address family (1), version (1), resource (2); then attributes of length (2), type (2) and value,
// padded to four bytes, lengths and types in the capturing machine's byte order, one of which is the packet.
//
// Source: LINKTYPE_NFLOG, https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html.
#pragma once

#include "decode/bytes.h"
#include "decode/ip.h"

namespace deadpeer::decoding {

inline Next nflog(Packet& packet) {
    constexpr std::uint32_t kHeader = 4;
    constexpr std::uint32_t kAttribute = 4;
    constexpr std::uint16_t kPayload = 9;
    constexpr std::uint16_t kLargestType = 0xff;  // more: the other byte order
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    packet.skip(kHeader);
    while (packet.captured >= kAttribute) {
        const bool is_big_endian = read_le16(packet.data + 2) > kLargestType;
        const std::uint32_t length = is_big_endian ? read_be16(packet.data) : read_le16(packet.data);
        const std::uint32_t type = is_big_endian ? read_be16(packet.data + 2) : read_le16(packet.data + 2);
        if (length < kAttribute) return stop(SkipReason::kNotIp);
        if (type == kPayload) {
            packet.skip(kAttribute);
            packet.limit(length - kAttribute);
            return ip(packet);
        }
        const std::uint32_t padded = (length + 3) / 4 * 4;
        if (padded > packet.captured) break;
        packet.skip(padded);
    }
    return stop(SkipReason::kShortLinkHeader);
}

}  // namespace deadpeer::decoding
