// LinkUse: the links on which TCP was captured, where a capture is of all of them.
//
// What:    frames of LINUX_SLL2 name their link; with any other link type nothing is known.
// Memory:  an entry for each link that there is.
// Threads: one at a time.
// Source:  https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html.
#pragma once

#include <cstdint>
#include <set>

#include "deadpeer/frame.h"

namespace deadpeer::capture {

class LinkUse {
public:
    void note(const FrameView& frame) {
        constexpr LinkType kLinuxSll2 = 276;
        if (frame.link_type != kLinuxSll2 || !is_tcp(frame)) return;
        const std::uint8_t* index = frame.data + 4;
        const int link = index[0] << 24 | index[1] << 16 | index[2] << 8 | index[3];
        if (link == latest_) return;
        latest_ = link;
        links_.insert(link);
    }

    [[nodiscard]] bool carried_tcp(int link) const { return links_.contains(link); }

    // Those that are gone: numbers of links may be used again. `links`: those that there are.
    template <typename Map>
    void forget_others(const Map& links) {
        std::erase_if(links_, [&](int link) { return !links.contains(link); });
        latest_ = 0;
    }

private:
    static bool is_tcp(const FrameView& frame) {
        constexpr std::uint32_t kHeader = 20;
        constexpr std::uint32_t kEnough = kHeader + 20;
        constexpr std::uint8_t kTcp = 6;
        if (frame.captured_length < kEnough) return false;
        const int protocol = frame.data[0] << 8 | frame.data[1];
        const std::uint8_t* packet = frame.data + kHeader;
        return (protocol == 0x0800 && packet[9] == kTcp) || (protocol == 0x86DD && packet[6] == kTcp);
    }

    std::set<int> links_;
    int latest_ = 0;
};

}  // namespace deadpeer::capture
