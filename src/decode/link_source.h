// The link-layer address that a frame came from, where its link layer has such addresses.
//
// Source: LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 at
//         https://www.tcpdump.org/linktypes.html.
#pragma once

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

// Where an Ethernet frame goes; 0: not known.
inline std::uint64_t link_destination(const FrameView& frame) {
    constexpr LinkType kEthernet = 1;
    return frame.link_type == kEthernet && frame.captured_length >= 12 ? read_mac(frame.data) : 0;
}

}  // namespace deadpeer::decoding
