// IP where the layer below does not say which version, or says 4: Wireshark then believes the version
// field, which helps with captures whose link type is wrong.
#pragma once

#include "decode/ipv4.h"
#include "decode/ipv6.h"

namespace deadpeer::decoding {

inline Next ip(Packet& packet) {
    if (packet.captured == 0) return stop(SkipReason::kCutIpHeader);
    switch (packet.data[0] >> 4) {
        case 4:
            return ipv4(packet);
        case 6:
            return ipv6(packet);
        default:
            return stop(SkipReason::kBadIpVersion);
    }
}

}  // namespace deadpeer::decoding
