// Links that carry IP behind LLC and a header of their own, or behind an EtherType.
//
//     ATM_RFC1483:   LLC
//     SUNATM:        flags (1), path (1), channel (2); then LLC, or for LAN emulation a client's number (2)
//                    and an Ethernet frame
//     IP_OVER_FC:    destination (8), source (8); then LLC
//     IEEE 1394:     destination (8), source (8), EtherType (2)
//
// Over ATM a bridged Ethernet frame stands behind the organisation 00-80-C2 of SNAP, protocol 1 or 7, and two
// bytes of padding.
// Source: RFC 2684 section 5.2; RFC 2625; LINKTYPE_SUNATM, LINKTYPE_IP_OVER_FC and
//         LINKTYPE_APPLE_IP_OVER_IEEE1394 at https://www.tcpdump.org/linktypes.html.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"
#include "decode/llc.h"

namespace deadpeer::decoding {

inline Next atm_llc(Packet& packet) {
    constexpr std::uint32_t kUpToBridgedFrame = 10;
    constexpr std::uint32_t kLlcOfSnap = 0xaaaa03;
    const std::uint8_t* const header = packet.data;
    if (packet.captured < kUpToBridgedFrame || read_be32(header) != kLlcOfSnap << 8 ||
        read_be16(header + 4) != 0x80c2) {
        return llc(packet);
    }
    const std::uint16_t protocol = read_be16(header + 6);
    if (protocol != 1 && protocol != 7) return stop(SkipReason::kNotIp);
    packet.skip(kUpToBridgedFrame);
    return ethernet_frame();
}

inline Next sun_atm(Packet& packet) {
    constexpr std::uint32_t kHeader = 4;
    constexpr std::uint32_t kLanEmulationClient = 2;
    if (packet.captured < kHeader + kLanEmulationClient) return stop(SkipReason::kShortLinkHeader);
    const unsigned type = packet.data[0] & 0x0fU;
    packet.skip(kHeader);
    switch (type) {
        case 1:
            packet.skip(kLanEmulationClient);
            return ethernet_frame();
        case 2:
            return atm_llc(packet);
        default:
            return stop(SkipReason::kNotIp);
    }
}

inline Next ip_over_fibre_channel(Packet& packet) {
    constexpr std::uint32_t kHeader = 16;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    packet.skip(kHeader);
    return llc(packet);
}

inline Next ip_over_1394(Packet& packet) {
    constexpr std::uint32_t kHeader = 18;
    if (packet.captured < kHeader) return stop(SkipReason::kShortLinkHeader);
    const std::uint16_t type = read_be16(packet.data + 16);
    packet.skip(kHeader);
    return ether_type(type);
}

}  // namespace deadpeer::decoding
