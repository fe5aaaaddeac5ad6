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

// Where the packet goes in the end: the last address of a source route that is not used up, else the
// destination field. That is where the connection ends, and what Wireshark shows. RFC 791 page 18.
[[gnu::cold]] inline const std::uint8_t* final_destination(const std::uint8_t* header,
                                                           std::uint32_t header_length) {
    constexpr std::uint8_t kEnd = 0;
    constexpr std::uint8_t kNoOperation = 1;
    constexpr std::uint8_t kLooseSourceRoute = 131;
    constexpr std::uint8_t kStrictSourceRoute = 137;
    for (std::uint32_t at = 20; at < header_length && header[at] != kEnd;) {
        if (header[at] == kNoOperation) {
            ++at;
            continue;
        }
        if (header_length - at < 2) break;
        const std::uint32_t length = header[at + 1];
        if (length < 2 || length > header_length - at) break;
        const bool route = header[at] == kLooseSourceRoute || header[at] == kStrictSourceRoute;
        // The pointer counts from 1; addresses begin at 4.
        if (route && length % 4 == 3 && header[at + 2] >= 4 && header[at + 2] + 3U <= length) {
            return header + at + length - 4;
        }
        at += length;
    }
    return header + 16;
}

inline Next ipv4(Packet& packet) {
    constexpr std::uint32_t kFixedHeader = 20;
    constexpr std::uint16_t kMoreFragmentsOrOffset = 0x3fff;
    constexpr unsigned kMoreFragments = 13;
    if (packet.captured < kFixedHeader) return stop(SkipReason::kCutIpHeader);
    const std::uint8_t* const header = packet.data;
    const std::uint32_t header_length = (header[0] & 0x0fU) * 4U;
    const std::uint32_t total_length = read_be16(header + 2);
    if (header_length < kFixedHeader) return stop(SkipReason::kBadIpHeaderLength);
    // Zero is what a sender with segmentation offload leaves in a packet above 64 KiB, or before the
    // adapter fills it in: then the frame tells the length.
    if (total_length == 0) {
        packet.limit_to_frame();
    } else {
        if (total_length < header_length) return stop(SkipReason::kBadIpLength);
        packet.limit(total_length);
    }
    if (header_length > packet.captured) {
        const bool runs_past_packet = header_length > packet.reported && !packet.is_cut;
        return stop(runs_past_packet ? SkipReason::kBadIpHeaderLength : SkipReason::kCutIpHeader);
    }
    packet.enter_ip(true);
    packet.source = header + 12;
    packet.destination =
        header_length == kFixedHeader ? header + 16 : final_destination(header, header_length);
    packet.is_v6 = false;
    packet.ip_id = read_be16(header + 4);
    packet.ttl = header[8];
    packet.skip(header_length);
    const unsigned place = read_be16(header + 6) & kMoreFragmentsOrOffset;
    if (place == 0) return ip_protocol(header[9]);
    packet.fragment_id = packet.ip_id;
    return ip_fragment(header[9], static_cast<std::uint16_t>(place << 3 | place >> kMoreFragments));
}

}  // namespace deadpeer::decoding
