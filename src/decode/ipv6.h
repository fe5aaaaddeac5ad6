// IPv6, and the length of jumbograms.
//
//     0      version                             7      hop limit
//     4..5   payload length                      8..23  source
//     6      next header                         24..39 destination
//
// Source: RFC 8200 section 3; RFC 2675 section 2 (jumbo payload option).
#pragma once

#include <optional>

#include "decode/bytes.h"
#include "decode/packet.h"

namespace deadpeer::decoding {

// The jumbo payload length in a hop-by-hop options header of which `captured` bytes can be read.
inline std::optional<std::uint32_t> find_jumbo_length(const std::uint8_t* header, std::uint32_t captured) {
    constexpr std::uint8_t kPad1 = 0;
    constexpr std::uint8_t kJumboPayload = 0xc2;
    if (captured < 8) return std::nullopt;
    const std::uint32_t end = std::min(captured, header[1] * 8U + 8U);
    for (std::uint32_t at = 2; at + 2 <= end;) {
        if (header[at] == kPad1) {
            ++at;
            continue;
        }
        const std::uint32_t length = header[at + 1];
        if (at + 2 + length > end) break;
        if (header[at] == kJumboPayload && length == 4) return read_be32(header + at + 2);
        at += 2 + length;
    }
    return std::nullopt;
}

inline Next ipv6(Packet& packet) {
    constexpr std::uint32_t kHeader = 40;
    constexpr std::uint8_t kHopByHop = 0;
    constexpr std::uint32_t kLargestPlainLength = 0xffff;  // a jumbo length must be greater
    if (packet.captured < kHeader) return stop(SkipReason::kCutIpHeader);
    const std::uint8_t* const header = packet.data;
    if (header[0] >> 4 != 6) return stop(SkipReason::kBadIpVersion);
    const std::uint8_t next_header = header[6];
    packet.enter_ip(false);
    packet.source = header + 8;
    packet.destination = header + 24;
    packet.is_v6 = true;
    packet.ip_id = 0;
    packet.ttl = header[7];
    std::uint32_t payload_length = read_be16(header + 4);
    packet.skip(kHeader);
    if (payload_length == 0) {
        std::optional<std::uint32_t> jumbo;
        if (next_header == kHopByHop) jumbo = find_jumbo_length(packet.data, packet.captured);
        if (jumbo.value_or(0) <= kLargestPlainLength) return stop(SkipReason::kBadIpLength);
        payload_length = *jumbo;
    }
    packet.limit(payload_length);
    return ip_protocol(next_header);
}

}  // namespace deadpeer::decoding
