// ARP for IPv4 on Ethernet, as far as a host announces its address with it.
//
//     0..1   hardware type          6..7   operation            18..23 target's hardware address
//     2..3   protocol type          8..13  sender's hardware    24..27 target's IPv4 address
//     4, 5   address lengths        14..17 sender's IPv4
//
// Source: RFC 826; RFC 5227 section 1.1: an announcement has the same sender and target, a probe no sender.
#pragma once

#include "decode/bytes.h"
#include "decode/link_source.h"
#include "decode/notice.h"

namespace deadpeer::decoding {

inline Next arp(Packet& packet) {
    constexpr std::uint32_t kMessage = 28;
    constexpr std::uint32_t kEthernetAndIpv4 = 0x00010800;
    constexpr std::uint16_t kAddressLengths = 0x0604;
    constexpr std::uint16_t kRequest = 1;
    constexpr std::uint16_t kReply = 2;
    const std::uint8_t* const message = packet.data;
    if (packet.captured < kMessage || read_be32(message) != kEthernetAndIpv4 ||
        read_be16(message + 4) != kAddressLengths) {
        return stop(SkipReason::kNotIp);
    }
    const std::uint16_t operation = read_be16(message + 6);
    const std::uint32_t sender = read_be32(message + 14);
    const std::uint32_t target = read_be32(message + 24);
    packet.scope = packet.networks.scope();
    if (sender != 0) {
        // In a tunnel, or where somebody answers for others, it is not who sends the frame.
        const std::uint64_t frame_source = link_source(*packet.frame);
        packet.claims_source = read_mac(message + 8) == frame_source;
        if (packet.claims_source || frame_source == 0) packet.source = message + 14;
    }
    const bool announcement = sender == target && (operation == kRequest || operation == kReply);
    const bool probe = sender == 0 && operation == kRequest;
    if (target != 0 && (announcement || probe)) {
        announce(packet, Notice::Kind::kArpAnnouncement, message + 24, false);
    }
    return stop(SkipReason::kNotIp);
}

}  // namespace deadpeer::decoding
