// DHCP, as far as a client asks for an address.
//
//     0      operation              236..239 magic cookie
//     12..15 client's address       240..    options: code (1), length of the value (1), value
//
// The address is the one the client has, else the one it would like to have (option 50).
//
// Source: RFC 2131 section 2; RFC 2132 sections 2, 9.1 and 9.6.
#pragma once

#include "decode/bytes.h"
#include "decode/notice.h"

namespace deadpeer::decoding {

struct DhcpOptions {
    std::uint8_t message_type = 0;                    // 0: none was found
    const std::uint8_t* requested_address = nullptr;  // 4 bytes
};

// Reads the options that lie wholly within `size` bytes.
inline DhcpOptions read_dhcp_options(const std::uint8_t* options, std::uint32_t size) {
    constexpr std::uint8_t kPad = 0;
    constexpr std::uint8_t kEnd = 255;
    constexpr std::uint8_t kRequestedAddress = 50;
    constexpr std::uint8_t kMessageType = 53;
    DhcpOptions found;
    for (std::uint32_t at = 0; at < size && options[at] != kEnd;) {
        if (options[at] == kPad) {
            ++at;
            continue;
        }
        if (size - at < 2) break;
        const std::uint32_t length = options[at + 1];
        if (length > size - at - 2) break;
        const std::uint8_t* const value = options + at + 2;
        if (options[at] == kMessageType && length == 1) found.message_type = value[0];
        if (options[at] == kRequestedAddress && length == 4) found.requested_address = value;
        at += 2 + length;
    }
    return found;
}

// Of a message that was not captured up to its options: who writes from its own address to a server that it
// knows has a lease. A host that comes up, or asks for more than an address, does not know the server.
inline bool has_lease(const Packet& packet, const std::uint8_t* address) {
    constexpr std::uint8_t kFirstGroup = 224;  // that, and broadcasts
    return !packet.is_v6 && packet.destination[0] < kFirstGroup && packet.destination[3] != 255 &&
           std::memcmp(packet.source, address, 4) == 0;
}

// REQUIRES: the Packet stands after the UDP header.
inline Next dhcp(Packet& packet) {
    constexpr std::uint32_t kUpToAddress = 16;
    constexpr std::uint32_t kFixed = 240;
    constexpr std::uint8_t kBootRequest = 1;
    constexpr std::uint32_t kMagicCookie = 0x63825363;
    constexpr std::uint8_t kDiscover = 1;
    constexpr std::uint8_t kRequest = 3;
    const std::uint8_t* const message = packet.data;
    if (packet.captured < kUpToAddress || message[0] != kBootRequest) return stop(SkipReason::kNotTcp);
    const std::uint8_t* const address = message + 12;
    const bool has_address = read_be32(address) != 0;
    if (packet.captured < kFixed) {
        if (packet.reported >= kFixed && has_address && has_lease(packet, address))
            announce(packet, Notice::Kind::kDhcpRenewal, address, false);
        return stop(SkipReason::kNotTcp);
    }
    if (read_be32(message + 236) != kMagicCookie) return stop(SkipReason::kNotTcp);
    const DhcpOptions options = read_dhcp_options(message + kFixed, packet.captured - kFixed);
    const bool asks = options.message_type == kDiscover || options.message_type == kRequest;
    // A client that has its address already only renews it: RFC 2131 section 4.3.6.
    if (has_address) {
        if (options.message_type == kRequest) announce(packet, Notice::Kind::kDhcpRenewal, address, false);
    } else if (asks && options.requested_address != nullptr) {
        announce(packet, Notice::Kind::kDhcp, options.requested_address, false);
    }
    return stop(SkipReason::kNotTcp);
}

}  // namespace deadpeer::decoding
