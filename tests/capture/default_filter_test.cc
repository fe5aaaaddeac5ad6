// The default filter, frame by frame and link type by link type.
#include "capture/live/default_filter.h"

#include <pcap.h>
#include <sys/socket.h>
#include <tins/tins.h>

#include <memory>
#include <string>
#include <vector>

#include "capture/link_type.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets operator+(Octets left, const Octets& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Octets u16(unsigned value) {
    return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

constexpr unsigned kIpv4 = 0x0800;
constexpr unsigned kIpv6 = 0x86DD;
constexpr unsigned kArp = 0x0806;

// What stands behind the link header.
struct Payload {
    std::string what;
    bool wanted;
    unsigned ether_type;
    Octets bytes;
};

Octets ipv4(const Tins::PDU& inner) {
    Tins::IP ip = Tins::IP("10.0.0.2", "10.0.0.1") / inner;
    return ip.serialize();
}

// Of this protocol.
Octets ipv4(std::uint8_t protocol, const Octets& rest) {
    Octets packet = ipv4(Tins::RawPDU(rest));
    packet[9] = protocol;
    return packet;
}

Octets ipv6(const Tins::PDU& inner) {
    Tins::IPv6 ip = Tins::IPv6("2001:db8::2", "2001:db8::1") / inner;
    return ip.serialize();
}

// An IPv6 packet whose first header after the fixed one is `next`.
Octets ipv6(std::uint8_t next, const Octets& rest) {
    Octets packet = ipv6(Tins::RawPDU(rest));
    packet[6] = next;
    return packet;
}

Octets fragment(bool first) {
    Tins::IP ip =
        Tins::IP("10.0.0.2", "10.0.0.1") / Tins::TCP(80, 40'000) / Tins::RawPDU(std::string(64, 'x'));
    if (first) ip.flags(Tins::IP::MORE_FRAGMENTS);
    if (!first) ip.fragment_offset(10);
    return ip.serialize();
}

Octets arp() {
    return u16(1) + u16(kIpv4) + Octets{6, 4} + u16(1) + Octets(20, 1);
}

Octets icmpv6(std::uint8_t type) {
    return ipv6(58, Octets{type, 0, 0, 0} + Octets(20, 0));
}

std::vector<Payload> payloads() {
    const Octets tcp = Tins::TCP(80, 40'000).serialize();
    const Octets hop_by_hop = {6, 0, 1, 4, 0, 0, 0, 0};
    const Octets first_fragment = {6, 0, 0, 1, 0, 0, 0, 9};
    return {
        {"TCP", true, kIpv4, ipv4(Tins::TCP(80, 40'000))},
        {"TCP, first fragment", true, kIpv4, fragment(true)},
        {"TCP, later fragment", true, kIpv4, fragment(false)},
        {"ICMP", true, kIpv4, ipv4(Tins::ICMP())},
        {"DHCP, from client", true, kIpv4, ipv4(Tins::UDP(67, 68))},
        {"DHCP, from server", true, kIpv4, ipv4(Tins::UDP(68, 67))},
        {"DNS", true, kIpv4, ipv4(Tins::UDP(53, 40'000))},
        {"another protocol", true, kIpv4, ipv4(132, Octets(12, 0))},
        {"GRE", true, kIpv4, ipv4(47, u16(0) + u16(kIpv4) + ipv4(Tins::TCP(80, 40'000)))},
        {"IPv4 in IPv4", true, kIpv4, ipv4(4, ipv4(Tins::TCP(80, 40'000)))},
        {"IPv6 in IPv4", true, kIpv4, ipv4(41, ipv6(Tins::TCP(80, 40'000)))},
        {"VXLAN", true, kIpv4, ipv4(Tins::UDP(4789, 50'000))},
        {"Geneve", true, kIpv4, ipv4(Tins::UDP(6081, 50'000))},
        {"GTP-U", true, kIpv4, ipv4(Tins::UDP(2152, 2152))},
        {"ARP", true, kArp, arp()},
        {"TCP over IPv6", true, kIpv6, ipv6(Tins::TCP(80, 40'000))},
        {"TCP behind hop-by-hop options", true, kIpv6, ipv6(0, hop_by_hop + tcp)},
        {"TCP over IPv6, fragment", true, kIpv6, ipv6(44, first_fragment + tcp)},
        {"neighbor solicitation", true, kIpv6, icmpv6(135)},
        {"neighbor advertisement", true, kIpv6, icmpv6(136)},
        {"router advertisement", true, kIpv6, icmpv6(134)},
        {"DNS over IPv6", true, kIpv6, ipv6(Tins::UDP(53, 40'000))},
        {"spanning tree", false, 0x0026, Octets(38, 0x42)},
        {"LLDP", false, 0x88CC, Octets(40, 1)},
    };
}

std::vector<Payload> payloads_of_ethernet() {
    std::vector<Payload> all = payloads();
    const Octets packet = ipv4(Tins::TCP(80, 40'000));
    all.push_back({"PPPoE", true, 0x8864, Octets{0x11, 0, 0, 1, 0, 60, 0, 0x21} + packet});
    all.push_back({"MPLS", true, 0x8847, Octets{0, 1, 1, 64} + packet});
    return all;
}

Octets tag(unsigned type, unsigned vlan) {
    return u16(type) + u16(vlan);
}

Octets ethernet(const Octets& tags, const Payload& payload) {
    return Octets(12, 2) + tags + u16(payload.ether_type) + payload.bytes;
}

// The payload as a frame of this link type; nothing where it cannot be one.
Octets framed(LinkType type, const Payload& payload) {
    const bool ip = payload.ether_type == kIpv4 || payload.ether_type == kIpv6;
    switch (type) {
        case 0: {  // NULL: the machine's own address family, in its order
            const std::uint8_t family = payload.ether_type == kIpv4 ? AF_INET : AF_INET6;
            return ip ? Octets{family, 0, 0, 0} + payload.bytes : Octets();
        }
        case 1:
            return ethernet({}, payload);
        case 101:
            return ip ? payload.bytes : Octets();
        case 113:
            return Octets(14, 0) + u16(payload.ether_type) + payload.bytes;
        default:
            return u16(payload.ether_type) + Octets(18, 0) + payload.bytes;  // LINUX_SLL2
    }
}

class Filter {
public:
    Filter(LinkType type, const std::string& expression)
        : handle_(::pcap_open_dead(capture::dlt_of(type), 262'144), &::pcap_close) {
        INFO(expression);
        const int code =
            ::pcap_compile(handle_.get(), &program_, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN);
        INFO(::pcap_geterr(handle_.get()));
        REQUIRE(code == 0);
    }
    ~Filter() { ::pcap_freecode(&program_); }
    Filter(const Filter&) = delete;
    Filter& operator=(const Filter&) = delete;

    [[nodiscard]] bool passes(const Octets& frame) const {
        pcap_pkthdr header = {};
        header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
        return ::pcap_offline_filter(&program_, &header, frame.data()) != 0;
    }

private:
    std::unique_ptr<pcap_t, decltype(&::pcap_close)> handle_;
    bpf_program program_ = {};
};

TEST_CASE("the default filter keeps what tells of connections and hosts, on each link type") {
    for (const LinkType type : std::initializer_list<LinkType>{0, 1, 101, 113, 276}) {
        const Filter filter(type, default_capture_filter(type));
        for (const Payload& payload : payloads()) {
            const Octets frame = framed(type, payload);
            if (frame.empty()) continue;
            CAPTURE(link_type_name(type), payload.what);
            CHECK(filter.passes(frame) == payload.wanted);
        }
    }
}

TEST_CASE("the default filter looks behind no VLAN tag, one and two") {
    const Filter filter(1, default_capture_filter(1));
    const std::vector<Octets> all_tags = {{},
                                          tag(0x8100, 5),
                                          tag(0x88A8, 5),
                                          tag(0x8100, 5) + tag(0x8100, 6),
                                          tag(0x88A8, 5) + tag(0x8100, 6),
                                          tag(0x9100, 5) + tag(0x8100, 6)};
    for (const Octets& tags : all_tags) {
        for (const Payload& payload : payloads_of_ethernet()) {
            CAPTURE(tags, payload.what);
            CHECK(filter.passes(ethernet(tags, payload)) == payload.wanted);
        }
    }
}

TEST_CASE("the default filter keeps tagged frames of cooked captures") {
    for (const LinkType type : std::initializer_list<LinkType>{113, 276}) {
        CAPTURE(type);
        const Filter filter(type, default_capture_filter(type));
        const Payload tagged = {"tagged", true, 0x8100, u16(5) + u16(kIpv4) + ipv4(Tins::TCP(80, 40'000))};
        CHECK(filter.passes(framed(type, tagged)));
    }
}

TEST_CASE("filters for every link type that libpcap knows can be compiled") {
    for (const LinkType type : std::initializer_list<LinkType>{9, 104, 105, 108, 127, 192}) {
        CAPTURE(link_type_name(type));
        const Filter filter(type, default_capture_filter(type));
        CHECK_FALSE(filter.passes(Octets(1)));
    }
}

}  // namespace
}  // namespace deadpeer
