// Neighbor solicitations and advertisements, as far as a host takes or announces an address with them.
//
//     0      type                   4      flags (advertisement)
//     1      code                   8..23  target
//
// A solicitation from the unspecified address asks whether anybody has the target yet; an advertisement to
// all nodes that was not solicited says who has it. Neither comes from beyond the link (hop limit 255).
//
// Source: RFC 4861 sections 4.3, 4.4, 7.1 and 7.2.6; RFC 4862 section 5.4.2.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "decode/notice.h"

namespace deadpeer::decoding {

inline constexpr std::uint8_t kNeighborSolicitation = 135;
inline constexpr std::uint8_t kNeighborAdvertisement = 136;

// REQUIRES: the Packet stands at an ICMPv6 message of one of the two types.
inline Next neighbor_discovery(Packet& packet) {
    constexpr std::uint32_t kMessage = 24;
    constexpr std::uint8_t kOnLink = 255;
    constexpr std::uint8_t kSolicited = 0x40;
    constexpr std::uint8_t kMulticast = 0xff;
    constexpr std::array<std::uint8_t, 16> kUnspecified{};
    constexpr std::array<std::uint8_t, 16> kAllNodes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    const std::uint8_t* const message = packet.data;
    if (!packet.is_v6 || packet.ttl != kOnLink || packet.captured < kMessage || message[1] != 0 ||
        message[8] == kMulticast) {
        return stop(SkipReason::kNotTcp);
    }
    // Neighbours speak for themselves; an advertisement's source address may be another of its addresses.
    packet.claims_source = !std::ranges::equal(kUnspecified, std::span(packet.source, 16));
    const bool check =
        message[0] == kNeighborSolicitation && std::ranges::equal(kUnspecified, std::span(packet.source, 16));
    const bool announcement = message[0] == kNeighborAdvertisement && (message[4] & kSolicited) == 0 &&
                              std::ranges::equal(kAllNodes, std::span(packet.destination, 16));
    if (check || announcement) announce(packet, Notice::Kind::kAddressCheck, message + 8, true);
    return stop(SkipReason::kNotTcp);
}

}  // namespace deadpeer::decoding
