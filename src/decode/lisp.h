// LISP's data packets: flags (1), nonce or map version (3), instance (3, if a flag says so) and locator
// status (1, or 4); then an IP packet.
//
// Source: RFC 9300 section 5.
#pragma once

#include "decode/ether_type.h"
#include "decode/vxlan.h"

namespace deadpeer::decoding {

inline Next lisp_data(Packet& packet) {
    constexpr std::uint32_t kHeader = 8;
    constexpr std::uint8_t kHasInstance = 0x08;
    if (packet.captured < kHeader) return stop(SkipReason::kNotTcp);
    if ((packet.data[0] & kHasInstance) != 0)
        packet.networks.enter(ScopeKind::kVni, virtual_network(packet.data));
    packet.skip(kHeader);
    return any_ip(packet, SkipReason::kNotTcp);
}

}  // namespace deadpeer::decoding
