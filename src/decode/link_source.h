// The link-layer address that a frame came from, where its link layer has such addresses.
//
// Source: LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 at
//         https://www.tcpdump.org/linktypes.html.
#pragma once

#include <array>
#include <cstring>

#include "deadpeer/address.h"
#include "deadpeer/frame.h"
#include "decode/bytes.h"

namespace deadpeer::decoding {

inline std::uint64_t read_mac(const std::uint8_t* bytes) {
    return std::uint64_t{read_be16(bytes)} << 32 | read_be32(bytes + 2);
}

// 0: none.
inline std::uint64_t link_source(const FrameView& frame) {
    constexpr std::uint32_t kMac = 6;
    switch (frame.link_type) {
        case 1:  // ETHERNET
            return frame.captured_length >= 12 ? read_mac(frame.data + 6) : 0;
        case 113:  // LINUX_SLL
            return frame.captured_length >= 12 && read_be16(frame.data + 4) == kMac ? read_mac(frame.data + 6)
                                                                                    : 0;
        case 276:  // LINUX_SLL2
            return frame.captured_length >= 18 && frame.data[11] == kMac ? read_mac(frame.data + 12) : 0;
        default:
            return 0;
    }
}

inline bool is_ethernet(const FrameView& frame) {
    constexpr LinkType kEthernet = 1;
    return frame.link_type == kEthernet;
}

// Ethernet: the eight bytes from the source address on, to be compared: with the address what follows it, the
// Ethernet type or a VLAN's mark, may differ as well. 0: another link layer. REQUIRES: the frame holds a
// packet.
inline std::uint64_t source_word(const FrameView& frame) {
    std::uint64_t word = 0;
    if (is_ethernet(frame)) std::memcpy(&word, frame.data + 6, sizeof word);
    return word;
}

// The address in it.
inline std::uint64_t source_in(std::uint64_t word) {
    std::array<std::uint8_t, sizeof word> bytes;
    std::memcpy(bytes.data(), &word, sizeof word);
    return read_mac(bytes.data());
}

// Where an Ethernet frame came from whose packet, not one within a tunnel, is that sender's; 0: it is not, or
// that is not known. A capture on several links at once may show one frame on each.
inline std::uint64_t link_source_of(const FrameView& frame, const IpAddress& sender) {
    constexpr std::uint32_t kTag = 4;
    if (!is_ethernet(frame) || frame.captured_length < 14) return 0;
    std::uint32_t at = 12;
    std::uint16_t type = read_be16(frame.data + at);
    while (at < 20 && (type == 0x8100 || type == 0x88A8) && at + kTag + 2 <= frame.captured_length) {
        at += kTag;
        type = read_be16(frame.data + at);
    }
    const std::uint8_t* const packet = frame.data + at + 2;
    const std::uint32_t captured = frame.captured_length - at - 2;
    const bool own =
        sender.is_v6
            ? type == 0x86DD && captured >= 24 && std::memcmp(packet + 8, sender.bytes.data(), 16) == 0
            : type == 0x0800 && captured >= 16 && std::memcmp(packet + 12, sender.bytes.data(), 4) == 0;
    return own ? read_mac(frame.data + 6) : 0;
}

// Where an Ethernet frame goes; 0: not known.
inline std::uint64_t link_destination(const FrameView& frame) {
    return is_ethernet(frame) && frame.captured_length >= 12 ? read_mac(frame.data) : 0;
}

}  // namespace deadpeer::decoding
