// MPLS: a stack of entries of label (20 bits), traffic class (3), bottom of stack (1), time to live (8).
// Nothing says what comes after the last. Wireshark looks at the first four bits, as routers do that share
// load (RFC 4928): 4 and 6 are IP, 0 is the control word of a pseudowire, before an Ethernet frame.
//
// Source: RFC 3032 section 2.1; RFC 4385 section 3; RFC 4448 section 4.6.
#pragma once

#include "decode/bytes.h"
#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline Next mpls(Packet& packet) {
    constexpr std::uint32_t kEntry = 4;
    constexpr std::uint32_t kControlWord = 4;
    constexpr std::uint8_t kBottomOfStack = 1;
    for (bool is_bottom = false; !is_bottom; packet.skip(kEntry)) {
        if (packet.captured < kEntry) return stop(SkipReason::kShortLinkHeader);
        is_bottom = (packet.data[2] & kBottomOfStack) != 0;
    }
    if (packet.captured >= kControlWord && packet.data[0] >> 4 == 0) {
        packet.skip(kControlWord);
        return ethernet_frame();
    }
    return any_ip(packet, SkipReason::kEncapsulated);
}

}  // namespace deadpeer::decoding
