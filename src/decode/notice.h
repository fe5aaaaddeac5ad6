// Writing the Notice of a frame.
#pragma once

#include <cstring>

#include "decode/packet.h"

namespace deadpeer::decoding {

// REQUIRES: at most one for a frame.
inline Notice& add_notice(const Packet& packet, Notice::Kind kind) {
    Notice& notice = packet.out->notices[packet.out->notice_count++];
    notice = Notice{};
    notice.kind = kind;
    notice.time = packet.frame->time;
    notice.frame = packet.frame->number;
    return notice;
}

// Tells that the host with this address announces itself. What an ICMP error quotes was said earlier and by
// somebody else: that tells nothing.
inline void announce(const Packet& packet, Notice::Kind kind, const std::uint8_t* address, bool is_v6) {
    if (packet.quote.inside) return;
    Notice& notice = add_notice(packet, kind);
    std::memcpy(notice.host.bytes.data(), address, is_v6 ? 16 : 4);
    notice.host.is_v6 = is_v6;
    notice.host.set_scope(packet.scope);
}

}  // namespace deadpeer::decoding
