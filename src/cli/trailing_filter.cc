#include "cli/trailing_filter.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <system_error>

namespace deadpeer::cli {
namespace {

// What an expression of pcap-filter(7) can begin with, but for the name of a host.
constexpr std::string_view kBeginnings[] = {
    "ah",    "arp",    "atalk",     "broadcast", "carp",      "clnp",    "decnet", "dst",
    "esp",   "ether",  "fddi",      "gateway",   "geneve",    "greater", "host",   "icmp",
    "icmp6", "ifname", "igmp",      "igrp",      "inbound",   "ip",      "ip6",    "isis",
    "iso",   "less",   "link",      "mpls",      "multicast", "net",     "not",    "outbound",
    "pim",   "port",   "portrange", "pppoed",    "pppoes",    "proto",   "rarp",   "sctp",
    "src",   "stp",    "tcp",       "udp",       "vlan",      "vrrp",    "wlan"};

bool begins_filter(std::string_view word) {
    const std::size_t begin = word.find_first_not_of("( !");
    if (begin == std::string_view::npos) return !word.empty();
    word.remove_prefix(begin);
    return std::ranges::find(kBeginnings, word.substr(0, word.find_first_of(" [():&|!<>="))) !=
           std::end(kBeginnings);
}

bool is_file(const std::string& word) {
    std::error_code unknown;
    return word == "-" || std::filesystem::exists(std::filesystem::symlink_status(word, unknown));
}

}  // namespace

void take_trailing_filter(RawOptions& words) {
    if (!words.filter.empty()) return;
    std::vector<std::string>& inputs = words.inputs;
    // A filter needs something to filter.
    const auto first =
        inputs.begin() + (words.interfaces.empty() && words.follow.empty() && !inputs.empty() ? 1 : 0);
    const auto begin = std::find_if(
        first, inputs.end(), [](const std::string& word) { return begins_filter(word) && !is_file(word); });
    if (std::any_of(begin, inputs.end(), is_file)) return;
    for (auto word = begin; word != inputs.end(); ++word) words.filter += (word == begin ? "" : " ") + *word;
    inputs.erase(begin, inputs.end());
}

}  // namespace deadpeer::cli
