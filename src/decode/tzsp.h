// TZSP, in which sniffers send what they capture: version (1), type (1), protocol (2); then fields, each a
// tag (1), a length (1) and a value, but for padding (tag 0) and the end (tag 1), which are a tag alone; then
// a frame.
//
// Source: the protocol's description by its maker, TaZmen Sniffer Protocol version 1.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline Next tzsp(Packet& packet) {
    constexpr std::uint32_t kFixed = 4;
    constexpr std::uint8_t kVersion = 1;
    constexpr std::uint8_t kPacketFollows = 1;  // the highest of the types that have one
    constexpr std::uint16_t kEthernet = 1;
    constexpr std::uint8_t kPadding = 0;
    constexpr std::uint8_t kEnd = 1;
    if (packet.captured < kFixed || packet.data[0] != kVersion || packet.data[1] > kPacketFollows) {
        return stop(SkipReason::kNotTcp);
    }
    if (read_be16(packet.data + 2) != kEthernet) return stop(SkipReason::kEncapsulated);
    packet.skip(kFixed);
    while (packet.captured > 0) {
        const std::uint8_t tag = packet.data[0];
        if (tag == kPadding || tag == kEnd) {
            packet.skip(1);
            if (tag != kEnd) continue;
            packet.networks.leave_all();
            return ethernet_frame();
        }
        if (packet.captured < 2 || packet.captured < packet.data[1] + 2U) break;
        packet.skip(packet.data[1] + 2U);
    }
    return stop(SkipReason::kShortLinkHeader);
}

}  // namespace deadpeer::decoding
