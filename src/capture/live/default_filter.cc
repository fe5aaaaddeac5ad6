#include "capture/live/default_filter.h"

#include <fmt/format.h>

#include <array>

namespace deadpeer {
namespace {

constexpr LinkType kEthernet = 1;
constexpr std::array<std::uint32_t, 3> kTags = {0x8100, 0x88A8, 0x9100};

constexpr const char* kWanted = "arp or ip or ip6";

// MPLS, PPPoE.
constexpr std::array<std::uint32_t, 2> kTunnels = {0x8847, 0x8864};

}  // namespace

std::string default_capture_filter(LinkType type) {
    std::string wanted = kWanted;
    if (type == kEthernet) {
        for (const std::uint32_t tunnel : kTunnels) wanted += fmt::format(" or ether proto {:#x}", tunnel);
        return fmt::format("{0} or (vlan and ({0} or (vlan and ({0}))))", wanted);
    }
    // There, pcap-filter(7) has no words for what follows a tag.
    for (const std::uint32_t tag : kTags) wanted += fmt::format(" or ether proto {:#x}", tag);
    return wanted;
}

}  // namespace deadpeer
