// ARCNET: source (1), destination (1), with Linux an offset (2), protocol (1). Protocol 240 is IP; 212 is IP
// behind a split flag (1) and a sequence number (2).
//
// Fragments of ARCNET's own, which the split flag tells, are not put together.
// Source: RFC 1051; RFC 1201; LINKTYPE_ARCNET_BSD and LINKTYPE_ARCNET_LINUX at
//         https://www.tcpdump.org/linktypes.html.
#pragma once

#include "decode/bytes.h"
#include "decode/packet.h"

namespace deadpeer::decoding {

template <std::uint32_t kAddresses>
Next arcnet(Packet& packet) {
    constexpr std::uint8_t kSimpleIp = 240;
    constexpr std::uint8_t kIp = 212;
    constexpr std::uint32_t kSplit = 3;
    constexpr std::uint32_t kHeader = kAddresses + 1;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const std::uint8_t protocol = packet.data[kAddresses];
    packet.skip(kHeader);
    if (protocol == kSimpleIp) return link_type(kLinkTypeRaw);
    if (protocol != kIp) return stop(SkipReason::kNotIp);
    if (packet.captured < kSplit) return stop(SkipReason::kShortLinkHeader);
    if (packet.data[0] != 0) return stop(SkipReason::kFragment);
    packet.skip(kSplit);
    return link_type(kLinkTypeRaw);
}

}  // namespace deadpeer::decoding
