#include "evidence/anonymous_frame.h"

#include <algorithm>
#include <cstring>

#include "decode/bytes.h"
#include "decode/ether_type.h"
#include "decode/link_source.h"
#include "evidence/anonymous_options.h"

namespace deadpeer {
namespace {

using decoding::read_be16;
using decoding::read_be32;
using decoding::read_mac;

constexpr std::uint16_t kEtherTypeArp = 0x0806;
constexpr std::uint16_t kEtherTypeBridged = 0x6558;
constexpr unsigned kMostIpHeaders = 8;

bool is_vlan(std::uint16_t type) {
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

}  // namespace

FrameView AnonymousFrame::of(const FrameView& frame) {
    rest_ = {frame.data, frame.captured_length};
    // Room for all of it: what copy() answers stays where it is.
    copy_.clear();
    copy_.reserve(rest_.size());
    depth_ = 0;
    link(frame.link_type);
    FrameView anonymous = frame;
    anonymous.data = copy_.data();
    anonymous.captured_length = static_cast<std::uint32_t>(copy_.size());
    return anonymous;
}

std::uint8_t* AnonymousFrame::copy(std::size_t bytes) {
    if (bytes > rest_.size()) {
        rest_ = {};
        return nullptr;
    }
    const std::size_t at = copy_.size();
    copy_.insert(copy_.end(), rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(bytes));
    rest_ = rest_.subspan(bytes);
    return copy_.data() + at;
}

void AnonymousFrame::hide_ip(std::uint8_t* address, bool is_v6) {
    IpAddress value;
    value.is_v6 = is_v6;
    const std::size_t bytes = is_v6 ? 16 : 4;
    std::memcpy(value.bytes.data(), address, bytes);
    value = anonymiser_.hidden(value);
    std::memcpy(address, value.bytes.data(), bytes);
}

void AnonymousFrame::hide_mac(std::uint8_t* address) {
    const std::uint64_t mac = anonymiser_.hidden_mac(read_mac(address));
    for (unsigned i = 0; i < 6; ++i) address[i] = static_cast<std::uint8_t>(mac >> (40 - 8 * i));
}

void AnonymousFrame::link(LinkType type) {
    switch (type) {
        case 1:  // ETHERNET
            return ethernet();
        case 113:  // LINUX_SLL
            return cooked();
        case 276:  // LINUX_SLL2
            return cooked_2();
        case 12:
        case 14:
        case 101:  // RAW, as it is numbered here and there
        case 228:  // IPV4
        case 229:  // IPV6
            return ip();
        case 0:    // NULL
        case 108:  // LOOP
            if (copy(4) != nullptr) ip();
            return;
        default:
            return;
    }
}

void AnonymousFrame::ethernet() {
    std::uint8_t* header = copy(14);
    if (header == nullptr) return;
    hide_mac(header);
    hide_mac(header + 6);
    ether_type(read_be16(header + 12));
}

void AnonymousFrame::cooked() {
    std::uint8_t* header = copy(16);
    if (header == nullptr) return;
    const bool is_mac = read_be16(header + 4) == 6;
    if (is_mac) hide_mac(header + 6);
    std::fill(header + (is_mac ? 12 : 6), header + 14, std::uint8_t{0});
    ether_type(read_be16(header + 14));
}

void AnonymousFrame::cooked_2() {
    std::uint8_t* header = copy(20);
    if (header == nullptr) return;
    const bool is_mac = header[11] == 6;
    if (is_mac) hide_mac(header + 12);
    std::fill(header + (is_mac ? 18 : 12), header + 20, std::uint8_t{0});
    ether_type(read_be16(header));
}

void AnonymousFrame::ether_type(std::uint16_t type) {
    while (is_vlan(type)) {
        const std::uint8_t* tag = copy(4);
        if (tag == nullptr) return;
        type = read_be16(tag + 2);
    }
    if (type == decoding::kEtherTypeIpv4 || type == decoding::kEtherTypeIpv6) return ip();
    if (type == kEtherTypeArp) return arp();
    if (type == kEtherTypeBridged && ++depth_ <= kMostIpHeaders) return ethernet();
}

void AnonymousFrame::arp() {
    constexpr std::uint32_t kEthernetAndIpv4 = 0x00010800;
    if (rest_.size() < 28 || read_be32(rest_.data()) != kEthernetAndIpv4 ||
        read_be16(rest_.data() + 4) != 0x0604)
        return;
    std::uint8_t* message = copy(28);
    hide_mac(message + 8);
    hide_ip(message + 14, false);
    hide_mac(message + 18);
    hide_ip(message + 24, false);
}

void AnonymousFrame::ip() {
    if (rest_.empty() || ++depth_ > kMostIpHeaders) return;
    const unsigned version = rest_[0] >> 4U;
    if (version == 4) return ipv4();
    if (version == 6) return ipv6();
}

void AnonymousFrame::ipv4() {
    const std::size_t length = 4U * (rest_[0] & 15U);
    if (length < 20) return;
    std::uint8_t* header = copy(length);
    if (header == nullptr) return;
    hide_ip(header + 12, false);
    hide_ip(header + 16, false);
    overwrite_ip_options({header + 20, length - 20});
    const bool is_first_fragment = (read_be16(header + 6) & 0x1fffU) == 0;
    if (is_first_fragment) ip_protocol(header[9]);
}

void AnonymousFrame::ipv6() {
    std::uint8_t* header = copy(40);
    if (header == nullptr) return;
    hide_ip(header + 8, true);
    hide_ip(header + 24, true);
    std::uint8_t next = header[6];
    while (const std::size_t length = length_of_extension(next, rest_)) {
        std::uint8_t* extension = copy(length);
        if (extension == nullptr) return;
        const bool is_later_fragment = next == kFragmentHeader && (read_be16(extension + 2) & 0xfff8U) != 0;
        if (is_later_fragment) return;
        overwrite_extension(next, {extension, length});
        next = extension[0];
    }
    ip_protocol(next);
}

void AnonymousFrame::ip_protocol(std::uint8_t protocol) {
    switch (protocol) {
        case 6:
            return tcp();
        case 17:
            return udp();
        case 1:
            return icmp();
        case 58:
            return icmpv6();
        case 4:   // IPv4 in IP
        case 41:  // IPv6 in IP
            return ip();
        case 47:
            return gre();
        default:
            return;
    }
}

// Of a header that was cut, or is quoted in part, as many bytes as there are.
void AnonymousFrame::tcp() {
    constexpr std::size_t kFixed = 20;
    const std::size_t there = rest_.size();
    const std::size_t declared = there > 12 ? 4U * (rest_[12] >> 4U) : kFixed;
    const std::size_t length = std::min(there, std::max(declared, kFixed));
    std::uint8_t* header = copy(length);
    if (length > kFixed) overwrite_tcp_options({header + kFixed, length - kFixed});
}

void AnonymousFrame::udp() {
    constexpr std::uint16_t kVxlan = 4789;
    constexpr std::uint16_t kGeneve = 6081;
    const std::uint8_t* header = copy(8);
    if (header == nullptr) return;
    const std::uint16_t port = read_be16(header + 2);
    if (port == kGeneve) return geneve();
    if (port == kVxlan && copy(8) != nullptr && ++depth_ <= kMostIpHeaders) ethernet();
}

void AnonymousFrame::geneve() {
    const std::uint8_t* header = copy(8);
    if (header == nullptr) return;
    const std::uint16_t type = read_be16(header + 2);
    const std::size_t options = 4U * (header[0] & 0x3fU);
    std::uint8_t* values = copy(options);
    if (values == nullptr) return;
    std::fill(values, values + options, std::uint8_t{0});
    ether_type(type);
}

void AnonymousFrame::gre() {
    const std::uint8_t* header = copy(4);
    if (header == nullptr) return;
    const std::uint16_t flags = read_be16(header);
    const std::uint16_t type = read_be16(header + 2);
    const auto given = [flags](unsigned bit) { return (flags & bit) != 0 ? std::size_t{4} : 0; };
    const bool is_version_0 = (flags & 7U) == 0;
    const std::size_t optional = given(0x8000) + given(0x2000) + given(0x1000);
    if (is_version_0 && copy(optional) != nullptr) ether_type(type);
}

void AnonymousFrame::icmp() {
    std::uint8_t* header = copy(8);
    if (header == nullptr) return;
    switch (header[0]) {
        case 5:  // redirect, to a gateway
            hide_ip(header + 4, false);
            return ip();
        case 3:
        case 4:
        case 11:
        case 12:
            return ip();
        default:
            // Of other kinds these bytes may be a part of an address.
            std::fill(header + 4, header + 8, std::uint8_t{0});
            return;
    }
}

void AnonymousFrame::icmpv6() {
    constexpr std::uint8_t kNeighbourSolicitation = 135;
    constexpr std::uint8_t kNeighbourAdvertisement = 136;
    const std::uint8_t* header = copy(8);
    if (header == nullptr) return;
    if (header[0] >= 1 && header[0] <= 4) return ip();
    if (header[0] != kNeighbourSolicitation && header[0] != kNeighbourAdvertisement) return;
    std::uint8_t* target = copy(16);
    if (target == nullptr) return;
    hide_ip(target, true);
    neighbour_options();
}

// The link-layer addresses of the sender and of the target.
void AnonymousFrame::neighbour_options() {
    while (rest_.size() >= 8 && (rest_[0] == 1 || rest_[0] == 2) && rest_[1] == 1) hide_mac(copy(8) + 2);
}

}  // namespace deadpeer
