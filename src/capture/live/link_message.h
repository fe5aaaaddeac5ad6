// What rtnetlink tells about links.
//
// Source:  rtnetlink(7); linux/rtnetlink.h, linux/if_link.h.
// Threads: any.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace deadpeer::capture {

struct LinkMessage {
    enum class Kind : std::uint8_t {
        kLink,     // the link is, or has become, as told
        kRemoved,  // removed or moved to another network namespace
        kDone,     // all links were told of
        kRefused,  // they will not be told of
        kGarbled,  // links changed while all were told of: it must be asked again
    };

    Kind kind = Kind::kLink;
    int index = 0;
    std::string name;                 // empty if not told. Untrusted text.
    bool usable = false;              // up, and with a carrier
    std::uint16_t hardware_type = 0;  // ARPHRD_
};

// Messages of one read; what is of another kind or cut is left out.
std::vector<LinkMessage> parse_link_messages(std::span<const std::uint8_t> bytes);

}  // namespace deadpeer::capture
