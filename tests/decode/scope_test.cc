// Which network each header leads into, and what has no part in it.
#include "decode/frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

const std::string kMacs = "020000000002 020000000001 ";
const std::string kInner = kMacs + "0800";
constexpr ScopeChoice kVlans{.vlan = true, .tunnel = false, .interface = false};
constexpr ScopeChoice kTunnels{.vlan = false, .tunnel = true, .interface = false};
constexpr ScopeChoice kInterfaces{.vlan = false, .tunnel = false, .interface = true};
constexpr ScopeChoice kAll{.vlan = true, .tunnel = true, .interface = true};

std::string scope_in(const TestFrame& frame) {
    const Decoded result = decode_exact(frame);
    REQUIRE(result.segments.size() == 1);
    const FlowKey& key = result.segments[0].key;
    CHECK(to_string(key.low().address) == (key.is_v6() ? "2001:db8::1" : "10.0.0.1"));
    CHECK(key.low().address.scope == key.scope());
    return scope_text(key.scope());
}

// Headers before the packet of the tests.
std::string scope_of_headers(const std::string& headers, ScopeChoice choice, std::uint16_t type) {
    return scope_in({ethernet_frame(hex(headers) + ipv4_packet(test_tcp()), type), kEthernet, 0, 0, false,
                     5 * kSecond, choice});
}

Bytes udp(std::uint16_t port, const std::string& header, const Bytes& packet) {
    const Bytes payload = hex(header) + packet;
    const auto low = [](std::size_t number) { return static_cast<std::uint8_t>(number); };
    const std::size_t length = payload.size() + 8;
    return Bytes{0xd0, 0, low(port >> 8U), low(port), low(length >> 8U), low(length), 0, 0} + payload;
}

std::string scope_in_udp(std::uint16_t port, const std::string& header, ScopeChoice choice = kTunnels) {
    return scope_in({ethernet_frame(ipv4_packet(udp(port, header, ipv4_packet(test_tcp())), 17)), kEthernet,
                     0, 0, false, 5 * kSecond, choice});
}

std::string scope_in_ip(std::uint8_t protocol, const std::string& header) {
    return scope_in({ethernet_frame(ipv4_packet(hex(header) + ipv4_packet(test_tcp()), protocol)), kEthernet,
                     0, 0, false, 5 * kSecond, kTunnels});
}

}  // namespace

TEST_CASE("the tags of a frame are its VLAN") {
    CHECK(scope_of_headers("000a 0800", kVlans, 0x8100) == "vlan:10");
    CHECK(scope_of_headers("e00a 0800", kVlans, 0x8100) == "vlan:10");  // whatever its priority
    CHECK(scope_of_headers("000a 8100 0014 0800", kVlans, 0x88a8) == "vlan:10.20");
    CHECK(scope_of_headers("0000 0800", kVlans, 0x8100).empty());  // a priority alone
    CHECK(scope_of_headers("0000 8100 0014 0800", kVlans, 0x8100) == "vlan:20");
    CHECK(scope_of_headers("000a 8100 0014 8100 001e 0800", kVlans, 0x88a8).starts_with("several:"));
    CHECK(scope_of_headers("000a 0800", kTunnels, 0x8100).empty());
    CHECK(scope_of_headers("000a 0800", {}, 0x8100).empty());
    CHECK(scope_of_headers("", kVlans, 0x0800).empty());
}

TEST_CASE("a tunnel's number is its network") {
    CHECK(scope_in_udp(4789, "08000000 00138800" + kInner) == "vni:5000");
    CHECK(scope_in_udp(4790, "0c000001 00138800") == "vni:5000");
    CHECK(scope_in_udp(6081, "0000 6558 00138800" + kInner) == "vni:5000");
    CHECK(scope_in_udp(4341, "88000000 00138801") == "vni:5000");
    CHECK(scope_in_ip(47, "2000 0800 00000007") == "gre:7");
    CHECK(scope_in_ip(47, "b000 0800 11110000 00000064 00000001") == "gre:100");
    CHECK(scope_in_ip(47, "2000 6558 00000007" + kInner) == "gre:7");
    CHECK(scope_in_ip(47, "2000 6558 00138855" + kInner) == "vni:5000");  // NVGRE
    CHECK(scope_in_ip(47, "2000 0800 80000000").starts_with("tunnel:"));
    CHECK(scope_of_headers("00000064" + kInner, kTunnels, 0x88e7) == "service:100");
    CHECK(scope_in_udp(4789, "08000000 00138800" + kInner, kVlans).empty());
}

TEST_CASE("of a segment in a virtual network that is not told apart it is said in which") {
    const auto networks = [](std::uint16_t port, const std::string& header, ScopeChoice choice) {
        const Bytes outer = ipv4_packet(udp(port, header, ipv4_packet(test_tcp())), 17);
        std::string text;
        for (const auto& [segment, network] :
             decode_exact({ethernet_frame(outer), kEthernet, 0, 0, false, 5 * kSecond, choice}).in_networks)
            text += std::to_string(segment) + " " + scope_text(network);
        return text;
    };
    CHECK(networks(4789, "08000000 00138800" + kInner, {}) == "0 vni:5000");
    CHECK(networks(6081, "0000 6558 00138800" + kInner, kVlans) == "0 vni:5000");
    CHECK(networks(4789, "08000000 00138800" + kInner, kTunnels).empty());
    CHECK(networks(37008, "01 00 0001 01" + kInner, {}).empty());
    CHECK(networks(2152, "30 ff 002b 00000001", {}).empty());
}

TEST_CASE("a tunnel without a number that holds for both directions is known by its ends") {
    const std::string in_ip = scope_in_ip(4, "");
    CHECK(in_ip.starts_with("tunnel:"));
    // The same two ends, whatever one of them calls it.
    CHECK(scope_in_udp(2152, "30 ff 002b 00000001") == in_ip);
    CHECK(scope_in_udp(2152, "30 ff 002b 00000002") == in_ip);
    CHECK(scope_in_udp(1701, "0002 0001 0001 ff03 0021") == in_ip);
    CHECK(scope_in_ip(47, "0000 0800") == in_ip);
    CHECK(scope_in_ip(47, "3081 880b 002e0001 00000001 00000001 ff03 0021") == in_ip);  // PPTP
    Bytes back = ipv4_packet(ipv4_packet(test_tcp()), 4);
    std::swap_ranges(back.begin() + 12, back.begin() + 16, back.begin() + 16);
    CHECK(scope_in({back, kRawIp, 0, 0, false, 5 * kSecond, kTunnels}) == in_ip);
    CHECK(scope_in({with(back, 16, hex("0a000009")), kRawIp, 0, 0, false, 5 * kSecond, kTunnels}) != in_ip);
    // Addresses of IPv6 occur once.
    CHECK(scope_in({ipv4_packet(ipv6_packet(test_tcp()), 41), kRawIp, 0, 0, false, 5 * kSecond, kTunnels})
              .empty());
}

TEST_CASE("labels and sessions tell no networks apart, and a mirror is none") {
    CHECK(scope_of_headers("00065140", kAll, 0x8847) == "interface:0");
    CHECK(scope_of_headers("1100 0001 002d 0021", kAll, 0x8864) == "interface:0");
    CHECK(scope_in_ip(47, "1000 88be 00000001 10010001 00000000" + kInner).empty());
    CHECK(scope_in_ip(47, "0000 88be" + kInner).empty());
    CHECK(scope_in_ip(47, "1000 22eb 00000001 20010001 00000000 00000000" + kInner).empty());
    CHECK(scope_in_udp(37008, "01 00 0001 00 0a01c0 01" + kInner).empty());
    // What it mirrors is in its own.
    CHECK(scope_in_udp(37008, "01 00 0001 01" + kMacs + "8100 0014 0800", kAll) == "vlan:20");
}

TEST_CASE("a tunnel leads out of the VLAN that it is in, and into another") {
    const Bytes inner = hex("08000000 00138800" + kMacs + "8100 0014 0800") + ipv4_packet(test_tcp());
    const Bytes outer = hex("000a 0800") + ipv4_packet(udp(4789, "", inner), 17);
    const auto scope = [&](ScopeChoice choice) {
        return scope_in({ethernet_frame(outer, 0x8100), kEthernet, 0, 0, false, 5 * kSecond, choice, 3});
    };
    CHECK(scope(kVlans) == "vlan:20");
    CHECK(scope(kTunnels) == "vni:5000");
    CHECK(scope(kInterfaces) == "interface:3");
    CHECK(scope(kAll).starts_with("several:"));
    CHECK(scope({}).empty());
}

TEST_CASE("tunnels in tunnels are one network of their own") {
    const std::string inside = "08000000 00000100" + kInner;
    const auto nested = [&](const std::string& network) {
        const Bytes inner = ipv4_packet(udp(4789, inside, ipv4_packet(test_tcp())), 17);
        return scope_in({ethernet_frame(ipv4_packet(udp(4789, network + kInner, inner), 17)), kEthernet, 0, 0,
                         false, 5 * kSecond, kTunnels});
    };
    CHECK(nested("08000000 00000200").starts_with("several:"));
    CHECK(nested("08000000 00000200") != nested("08000000 00000300"));
}

TEST_CASE("an interface is that of the file, or what a cooked capture says") {
    TestFrame frame{
        ethernet_frame(ipv4_packet(test_tcp())), kEthernet, 0, 0, false, 5 * kSecond, kInterfaces, 2};
    CHECK(scope_in(frame) == "interface:2");
    frame.bytes = hex("0800 0000 00000009 0001 00 06 020000000001 0000") + ipv4_packet(test_tcp());
    frame.link_type = 276;
    CHECK(scope_in(frame) == "interface:9");
    frame.rejected_by_filter = true;
    const Decoded rejected = decode_exact(frame);
    CHECK(rejected.reason == SkipReason::kFiltered);
    REQUIRE(rejected.heard.size() == 1);
    CHECK(scope_text(rejected.heard[0].host.scope) == "interface:9");
    frame.bytes.clear();
    frame.rejected_by_filter = false;
    CHECK(decode_exact(frame).reason == SkipReason::kEmptyFrame);
}

TEST_CASE("who is heard is heard in its network, the ends of a tunnel outside of it") {
    const Bytes packet = ipv4_packet(hex("0102 0304"), 99);
    const Bytes frame = ethernet_frame(
        hex("000a 0800") + ipv4_packet(udp(4789, "08000000 00138800" + kInner, packet), 17), 0x8100);
    const ScopeChoice both{.vlan = true, .tunnel = true, .interface = false};
    const Decoded result = decode_exact({frame, kEthernet, 0, 0, false, 5 * kSecond, both});
    REQUIRE(result.heard.size() == 2);
    CHECK(scope_text(result.heard[0].host.scope) == "vlan:10");
    CHECK(scope_text(result.heard[1].host.scope) == "vni:5000");

    const Decoded arp = decode_exact({ethernet_frame(hex("000a 0806") + announcing_arp(), 0x8100), kEthernet,
                                      0, 0, false, 5 * kSecond, kVlans});
    REQUIRE(arp.notices.size() == 1);
    CHECK(scope_text(arp.notices[0].host.scope) == "vlan:10");
    REQUIRE(arp.heard.size() == 1);
    CHECK(arp.heard[0].host.scope == arp.notices[0].host.scope);
}

}  // namespace deadpeer
