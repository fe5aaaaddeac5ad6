// IPv4.
//
//     0      version, header length in words     8      time to live
//     2..3   total length                        9      protocol
//     4..5   identification                      12..15 source
//     6..7   flags, fragment offset              16..19 destination
//
// Source: RFC 791 section 3.1.
#pragma once

#include "decode/bytes.h"
#include "decode/packet.h"

namespace deadpeer::decoding {

inline Next ipv4(Packet& packet) {
    constexpr std::uint32_t kFixedHeader = 20;
    constexpr std::uint16_t kMoreFragmentsOrOffset = 0x3fff;
    if (packet.captured < kFixedHeader) return stop(SkipReason::kCutIpHeader);
    const std::uint8_t* const header = packet.data;
    const std::uint32_t header_length = (header[0] & 0x0fU) * 4U;
    const std::uint32_t total_length = read_be16(header + 2);
    if (header_length < kFixedHeader) return stop(SkipReason::kBadIpHeaderLength);
    // Zero is what a sender with segmentation offload leaves in a packet above 64 KiB, or before the
    // adapter fills it in: then the frame tells the length.
    if (total_length != 0) {
        if (total_length < header_length) return stop(SkipReason::kBadIpLength);
        packet.limit(total_length);
    }
    if (header_length > packet.reported) return stop(SkipReason::kBadIpHeaderLength);
    if (header_length > packet.captured) return stop(SkipReason::kCutIpHeader);
    if ((read_be16(header + 6) & kMoreFragmentsOrOffset) != 0) return stop(SkipReason::kFragment);

    packet.source = header + 12;
    packet.destination = header + 16;
    packet.is_v6 = false;
    packet.ip_id = read_be16(header + 4);
    packet.ttl = header[8];
    packet.skip(header_length);
    return ip_protocol(header[9]);
}

}  // namespace deadpeer::decoding
