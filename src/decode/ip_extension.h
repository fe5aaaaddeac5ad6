// The headers that may stand between an IP header and TCP.
//
//     options:           next header (1), length (1) in units of 8 bytes without the first 8
//     authentication:    next header (1), length (1) in units of 4 bytes less 2
//     fragment:          next header (1), reserved (1), offset and flags (2), identification (4)
//
// Source: RFC 8200 section 4; RFC 6564 (one layout for all); RFC 4302 section 2.2; RFC 6946 (atomic
//         fragments: offset 0 and no more fragments make a whole packet).
#pragma once

#include "decode/bytes.h"
#include "decode/packet.h"

namespace deadpeer::decoding {

inline Next stop_short_extension(const Packet& packet, std::uint32_t needed) {
    const bool runs_past_packet = packet.reported < needed && !packet.is_cut;
    return stop(runs_past_packet ? SkipReason::kBadExtensionHeader : SkipReason::kCutIpHeader);
}

inline Next skip_extension(Packet& packet, std::uint32_t length) {
    if (length > packet.captured) return stop_short_extension(packet, length);
    const std::uint8_t next_header = packet.data[0];
    packet.skip(length);
    return ip_protocol(next_header);
}

inline Next ip_extension(Packet& packet) {
    if (packet.captured < 2) return stop_short_extension(packet, 2);
    return skip_extension(packet, packet.data[1] * 8U + 8U);
}

inline Next ip_authentication(Packet& packet) {
    if (packet.captured < 2) return stop_short_extension(packet, 2);
    return skip_extension(packet, packet.data[1] * 4U + 8U);
}

inline Next ip_fragment_header(Packet& packet) {
    constexpr std::uint32_t kHeader = 8;
    constexpr std::uint16_t kOffsetOrMoreFragments = 0xfff9;
    if (packet.captured < kHeader) return stop_short_extension(packet, kHeader);
    const std::uint16_t place = read_be16(packet.data + 2) & kOffsetOrMoreFragments;
    if (place == 0) return skip_extension(packet, kHeader);
    const std::uint8_t next_header = packet.data[0];
    packet.fragment_id = read_be32(packet.data + 4);
    packet.skip(kHeader);
    return ip_fragment(next_header, place);
}

}  // namespace deadpeer::decoding
