// GTP-U version 1: version, type and flags (1), message type (1), length (2), tunnel (4). If any of the
// last three flags is set: sequence number (2), N-PDU number (1), type of the first extension header (1).
// An extension header: its length in words (1), content, type of the next (its last byte).
//
// Source: 3GPP TS 29.281 section 5.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline bool skip_gtp_extensions(Packet& packet, std::uint8_t type) {
    constexpr std::uint8_t kNoMore = 0;
    while (type != kNoMore) {
        if (packet.captured == 0) return false;
        const std::uint32_t length = packet.data[0] * 4U;
        if (length == 0 || length > packet.captured) return false;
        type = packet.data[length - 1];
        packet.skip(length);
    }
    return true;
}

inline Next gtp_u(Packet& packet) {
    constexpr std::uint32_t kFixed = 8;
    constexpr std::uint32_t kOptional = 4;
    constexpr std::uint8_t kVersionAndType = 0xf0;
    constexpr std::uint8_t kVersionOne = 0x30;
    constexpr std::uint8_t kAnyOptional = 0x07;
    constexpr std::uint8_t kUserData = 0xff;
    const bool is_user_data = packet.captured >= kFixed &&
                              (packet.data[0] & kVersionAndType) == kVersionOne &&
                              packet.data[1] == kUserData;
    if (!is_user_data) return stop(SkipReason::kNotTcp);
    const bool has_optional = (packet.data[0] & kAnyOptional) != 0;
    const std::uint32_t length = read_be16(packet.data + 2);
    packet.skip(kFixed);
    packet.limit(length);
    if (has_optional) {
        if (packet.captured < kOptional) return stop(SkipReason::kShortLinkHeader);
        const std::uint8_t extension = packet.data[3];
        packet.skip(kOptional);
        if (!skip_gtp_extensions(packet, extension)) return stop(SkipReason::kShortLinkHeader);
    }
    return any_ip(packet, SkipReason::kEncapsulated);
}

}  // namespace deadpeer::decoding
