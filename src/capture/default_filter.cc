#include "capture/default_filter.h"

#include <fmt/format.h>

#include <array>

namespace deadpeer {
namespace {

constexpr LinkType kEthernet = 1;
constexpr std::array<std::uint32_t, 3> kTags = {0x8100, 0x88A8, 0x9100};

constexpr const char* kWanted =
    "arp or tcp or icmp or (udp and (port 67 or port 68)) or (ip6 and not ip6 proto 17)";

}  // namespace

std::string default_capture_filter(LinkType type) {
    if (type == kEthernet) return fmt::format("{0} or (vlan and ({0} or (vlan and ({0}))))", kWanted);
    // There, pcap-filter(7) has no words for what follows a tag.
    std::string filter = kWanted;
    for (const std::uint32_t tag : kTags) filter += fmt::format(" or ether proto {:#x}", tag);
    return filter;
}

}  // namespace deadpeer
