// LISP's data packets: flags (1), nonce or map version (3), instance and locator status (4); then an IP
// packet.
//
// Source: RFC 9300 section 5.
#pragma once

#include "decode/ether_type.h"

namespace deadpeer::decoding {

inline Next lisp_data(Packet& packet) {
    constexpr std::uint32_t kHeader = 8;
    if (packet.captured < kHeader) return stop(SkipReason::kNotTcp);
    packet.skip(kHeader);
    return any_ip(packet, SkipReason::kNotTcp);
}

}  // namespace deadpeer::decoding
