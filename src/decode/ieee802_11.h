// IEEE 802.11 data frames, the headers that capturing machines put before them, and CAPWAP, which carries
// them between access point and controller.
//
//     802.11:    frame control (2), duration (2), three addresses (18), sequence (2), a fourth address (6,
//                between access points), quality of service (2), high throughput (4); then LLC, or several
//                packets (aggregate.h)
//     radiotap:  version (1), padding (1), length (2), what is present (4, more while its last bit is set)
//     PPI:       version (1), flags (1), length (2), link type (4), fields; little-endian, like radiotap
//     AVS:       magic number and version (4), length (4), ...; big-endian
//     Prism:     message (4), length (4), ...; or AVS
//     CAPWAP:    version and type (1), length in words (5 bits), radio (5), payload type (5), flags (9)
//
// Source: IEEE 802.11 clause 9.3.2; radiotap.org; RFC 5415 section 4.3; LINKTYPE_IEEE802_11,
//         LINKTYPE_IEEE802_11_RADIOTAP and LINKTYPE_PPI at https://www.tcpdump.org/linktypes.html.
#pragma once

#include <optional>

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline constexpr std::uint32_t kWirelessCheckBytes = 4;
inline constexpr std::uint16_t kQualityOfService = 0x0080;
inline constexpr std::uint16_t kBetweenAccessPoints = 0x0300;

// `control`: the frame control field as a little-endian number. Nothing: no data that can be read.
inline std::optional<std::uint32_t> length_of_wireless_header(std::uint16_t control) {
    constexpr std::uint16_t kTypeMask = 0x000c;
    constexpr std::uint16_t kData = 0x0008;
    constexpr std::uint16_t kNoData = 0x0040;
    constexpr std::uint16_t kHighThroughput = 0x8000;
    if ((control & kTypeMask) != kData || (control & kNoData) != 0) return std::nullopt;
    std::uint32_t length = 24;
    if ((control & kBetweenAccessPoints) == kBetweenAccessPoints) length += 6;
    if ((control & kQualityOfService) != 0) {
        length += 2;
        if ((control & kHighThroughput) != 0) length += 4;
    }
    return length;
}

// REQUIRES: data in a header of that length.
inline bool is_aggregate(const std::uint8_t* header, std::uint16_t control) {
    constexpr std::uint8_t kSeveralPackets = 0x80;
    const bool between_access_points = (control & kBetweenAccessPoints) == kBetweenAccessPoints;
    const std::uint8_t* const quality = header + (between_access_points ? 30 : 24);
    return (control & kQualityOfService) != 0 && (*quality & kSeveralPackets) != 0;
}

inline Next wireless_frame(Packet& packet, std::uint16_t control, std::uint32_t alignment) {
    constexpr std::uint16_t kProtected = 0x4000;
    const auto header = length_of_wireless_header(control);
    if (!header) return stop(SkipReason::kNotIp);
    if ((control & kProtected) != 0) return stop(SkipReason::kEncrypted);
    const std::uint32_t length = (*header + alignment - 1) / alignment * alignment;
    if (packet.captured < length) return stop(SkipReason::kShortLinkHeader);
    const Next content = is_aggregate(packet.data, control) ? aggregate() : ether_type(kLinuxLlc);
    packet.skip(length);
    return content;
}

inline Next ieee802_11(Packet& packet) {
    if (packet.captured < 2) return stop(SkipReason::kShortLinkHeader);
    return wireless_frame(packet, read_le16(packet.data), 1);
}

// Of a radiotap header: the flags field, which only the time stamp stands before.
inline std::uint8_t radiotap_flags(const std::uint8_t* header, std::uint32_t length) {
    constexpr std::uint32_t kHasTimeStamp = 1;
    constexpr std::uint32_t kHasFlags = 2;
    constexpr std::uint32_t kMorePresent = 0x8000'0000;
    std::uint32_t at = 4;
    const std::uint32_t present = read_le32(header + at);
    while (at + 4 <= length && (read_le32(header + at) & kMorePresent) != 0) at += 4;
    at += 4;
    if ((present & kHasFlags) == 0) return 0;
    if ((present & kHasTimeStamp) != 0) at = (at + 7) / 8 * 8 + 8;
    return at < length ? header[at] : std::uint8_t{0};
}

inline Next radiotap(Packet& packet) {
    constexpr std::uint32_t kFixed = 8;
    constexpr std::uint8_t kHasCheckBytes = 0x10;
    constexpr std::uint8_t kIsPadded = 0x20;
    if (packet.captured < kFixed) return stop(SkipReason::kShortLinkHeader);
    const std::uint32_t length = read_le16(packet.data + 2);
    if (length < kFixed || packet.captured < length + 2) return stop(SkipReason::kShortLinkHeader);
    const std::uint8_t flags = radiotap_flags(packet.data, length);
    packet.skip(length);
    if ((flags & kHasCheckBytes) != 0) {
        packet.frame_check_bytes = kWirelessCheckBytes;
        packet.limit_to_frame();
        if (packet.captured < 2) return stop(SkipReason::kShortLinkHeader);
    }
    return wireless_frame(packet, read_le16(packet.data), (flags & kIsPadded) != 0 ? 4 : 1);
}

inline Next skip_wireless_header(Packet& packet, std::uint32_t length) {
    if (packet.captured < length) return stop(SkipReason::kShortLinkHeader);
    packet.skip(length);
    return ieee802_11(packet);
}

inline Next avs(Packet& packet) {
    constexpr std::uint32_t kFixed = 8;
    if (packet.captured < kFixed) return stop(SkipReason::kShortLinkHeader);
    return skip_wireless_header(packet, std::max(kFixed, read_be32(packet.data + 4)));
}

// In the byte order of who captured it: then the other one would make it longer than any header.
inline Next prism(Packet& packet) {
    constexpr std::uint32_t kFixed = 8;
    constexpr std::uint32_t kAvsMagic = 0x8021'1000;
    if (packet.captured < kFixed) return stop(SkipReason::kShortLinkHeader);
    if ((read_be32(packet.data) & 0xffff'f000U) == kAvsMagic) return avs(packet);
    const std::uint32_t length = std::min(read_le32(packet.data + 4), read_be32(packet.data + 4));
    return skip_wireless_header(packet, std::max(kFixed, length));
}

inline Next ppi(Packet& packet) {
    constexpr std::uint32_t kFixed = 8;
    if (packet.captured < kFixed) return stop(SkipReason::kShortLinkHeader);
    const std::uint32_t length = read_le16(packet.data + 2);
    const std::uint32_t type = read_le32(packet.data + 4);
    if (length < kFixed || packet.captured < length) return stop(SkipReason::kShortLinkHeader);
    if (type > 0xffff) return stop(SkipReason::kUnsupportedLinkType);
    packet.skip(length);
    return link_type(static_cast<std::uint16_t>(type));
}

// Controllers swap the two bytes of the frame control field.
inline Next capwap_data(Packet& packet) {
    constexpr std::uint32_t kFixed = 8;
    constexpr std::uint32_t kIsNative = 0x0000'0100;
    constexpr std::uint32_t kIsFragment = 0x0000'0080;
    constexpr std::uint32_t kIsKeepalive = 0x0000'0008;
    constexpr std::uint32_t kWireless = 1;
    if (packet.captured < kFixed || packet.data[0] != 0) return stop(SkipReason::kNotTcp);
    const std::uint32_t header = read_be32(packet.data);
    const std::uint32_t length = (header >> 19 & 0x1f) * 4;
    if (length < kFixed || packet.captured < length + 2) return stop(SkipReason::kNotTcp);
    if ((header & kIsKeepalive) != 0) return stop(SkipReason::kNotTcp);
    if ((header & kIsFragment) != 0) return stop(SkipReason::kFragment);
    packet.skip(length);
    if ((header & kIsNative) == 0) return ethernet_frame();
    if ((header >> 9 & 0x1f) != kWireless) return stop(SkipReason::kEncapsulated);
    return wireless_frame(packet, read_be16(packet.data), 1);
}

}  // namespace deadpeer::decoding
