#include "capture/default_filter.h"

#include <fmt/format.h>

#include <array>

namespace deadpeer {
namespace {

constexpr LinkType kEthernet = 1;
constexpr std::array<std::uint32_t, 3> kTags = {0x8100, 0x88A8, 0x9100};

// DHCP; then GTP-U, VXLAN and Geneve. IP in IP and GRE.
constexpr const char* kWanted =
    "arp or tcp or icmp or (udp and (port 67 or port 68 or port 2152 or port 4789 or port 6081)) or "
    "ip proto 4 or ip proto 41 or ip proto 47 or (ip6 and not ip6 proto 17)";

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
