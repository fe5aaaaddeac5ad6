// Every tunnel in front of one IPv4 or IPv6 packet, whole and one byte short.
#include "decode/frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

const std::string kV4 = "10.0.0.1:40000 > 10.0.0.2:80 A 1000(3) ack 2000 win 512";
const std::string kV6 = "[2001:db8::1]:40000 > [2001:db8::2]:80 A 1000(3) ack 2000 win 512";
const char* const kMacs = "020000000002 020000000001 ";

// In what the tunnel's first header stands.
enum class Under { kEtherType, kIpv4, kIpv6, kUdp };

struct Case {
    const char* name;
    Under under;
    std::uint16_t number;  // EtherType, IP protocol, or UDP port
    std::string header;
    bool v6;
    std::string expected;
};

const Case kCases[] = {
    {"MPLS", Under::kEtherType, 0x8847, "00065140", false, kV4},
    {"MPLS, two labels, IPv6", Under::kEtherType, 0x8848, "00064040 00065140", true, kV6},
    {"MPLS, Ethernet pseudowire", Under::kEtherType, 0x8847,
     "00065140 00000000" + std::string(kMacs) + "0800", false, kV4},
    {"MPLS, neither", Under::kEtherType, 0x8847, "00065140 10", false, "encapsulated"},
    {"PPPoE", Under::kEtherType, 0x8864, "1100 0001 002d 0021", false, kV4},
    {"PPPoE, IPv6", Under::kEtherType, 0x8864, "1100 0001 0041 0057", true, kV6},
    {"PPPoE, not a session", Under::kEtherType, 0x8864, "1109 0001 002d 0021", false, "not_ip"},
    {"802.1ah", Under::kEtherType, 0x88e7, "00000064" + std::string(kMacs) + "0800", false, kV4},
    {"FabricPath", Under::kEtherType, 0x8903, "4020" + std::string(kMacs) + "8100 0007 86dd", true, kV6},
    {"Cisco MetaData", Under::kEtherType, 0x8909, "01 01 0001 0010 0800", false, kV4},
    {"service header", Under::kEtherType, 0x894f,
     "0fc60103 00000101 00000000000000000000000000000000" + std::string(kMacs) + "0800", false, kV4},
    {"service header twice, IPv6", Under::kEtherType, 0x894f, "0fc20204 00000101 0fc20202 00000101", true,
     kV6},
    {"service header, MPLS", Under::kEtherType, 0x894f, "0fc20205 00000101 00065140", false, kV4},
    {"service header, unknown", Under::kEtherType, 0x894f, "0fc20207 00000101", false, "encapsulated"},
    {"service header of no length", Under::kEtherType, 0x894f, "0fc00201 00000101", false,
     "short_link_header"},
    {"TRILL", Under::kEtherType, 0x22f3, "003f 0001 0002" + std::string(kMacs) + "0800", false, kV4},
    {"TRILL, options", Under::kEtherType, 0x22f3, "007f 0001 0002 00000000" + std::string(kMacs) + "0800",
     false, kV4},
    {"HSR", Under::kEtherType, 0x892f, "0035 0001 0800", false, kV4},
    {"VN-Tag", Under::kEtherType, 0x8926, "00000000 8100 0064 86dd", true, kV6},
    {"Ethernet bridging", Under::kEtherType, 0x6558, std::string(kMacs) + "0800", false, kV4},

    {"IPv4 in IPv4", Under::kIpv4, 4, "", false, kV4},
    {"IPv6 in IPv4", Under::kIpv4, 41, "", true, kV6},
    {"IPv4 in IPv6", Under::kIpv6, 4, "", false, kV4},
    {"IPv6 in IPv6", Under::kIpv6, 41, "", true, kV6},
    {"Ethernet in IP", Under::kIpv4, 97, "3000" + std::string(kMacs) + "0800", false, kV4},
    {"MPLS in IP", Under::kIpv4, 137, "00065140", false, kV4},
    {"GRE", Under::kIpv4, 47, "0000 0800", false, kV4},
    {"GRE, IPv6", Under::kIpv6, 47, "0000 86dd", true, kV6},
    {"GRE, checksum, key, sequence", Under::kIpv4, 47, "b000 0800 11110000 00000064 00000001", false, kV4},
    {"GRE, source routes", Under::kIpv4, 47, "4000 0800 00000000 08000004 0a000003 00000000", false, kV4},
    {"GRE version 1, PPP", Under::kIpv4, 47, "3081 880b 002e0001 00000001 00000001 ff03 0021", false, kV4},
    {"GRE, Ethernet", Under::kIpv4, 47, "2000 6558 00000064" + std::string(kMacs) + "0800", false, kV4},
    {"ERSPAN I", Under::kIpv4, 47, "0000 88be" + std::string(kMacs) + "0800", false, kV4},
    {"ERSPAN II", Under::kIpv4, 47, "1000 88be 00000001 10010001 00000000" + std::string(kMacs) + "0800",
     false, kV4},
    {"ERSPAN III", Under::kIpv4, 47,
     "1000 22eb 00000001 20010001 00000000 00000000" + std::string(kMacs) + "0800", false, kV4},
    {"ERSPAN III, platform specific", Under::kIpv4, 47,
     "1000 22eb 00000001 20010001 00000000 00000001 0000000000000000" + std::string(kMacs) + "0800", false,
     kV4},
    {"WCCP", Under::kIpv4, 47, "0000 883e", false, kV4},
    {"WCCP version 2", Under::kIpv4, 47, "0000 883e 00000000", false, kV4},
    {"GRE, unknown", Under::kIpv4, 47, "0000 88cc", false, "not_ip"},

    {"VXLAN", Under::kUdp, 4789, "08000000 00006400" + std::string(kMacs) + "0800", false, kV4},
    {"VXLAN, no network", Under::kUdp, 4789, "00000000 00006400" + std::string(kMacs) + "0800", false,
     "not_tcp"},
    {"VXLAN-GPE, IPv4", Under::kUdp, 4790, "0c000001 00006400", false, kV4},
    {"VXLAN-GPE, IPv6", Under::kUdp, 4790, "0c000002 00006400", true, kV6},
    {"VXLAN-GPE, Ethernet", Under::kUdp, 4790, "0c000003 00006400" + std::string(kMacs) + "0800", false, kV4},
    {"VXLAN-GPE, service header", Under::kUdp, 4790, "0c000004 00006400 0fc20201 00000101", false, kV4},
    {"VXLAN-GPE, unknown", Under::kUdp, 4790, "0c000009 00006400", false, "encapsulated"},
    {"Geneve", Under::kUdp, 6081, "0000 6558 00006400" + std::string(kMacs) + "0800", false, kV4},
    {"Geneve, options, IPv6", Under::kUdp, 6081, "0200 86dd 00006400 01020001 00000000", true, kV6},
    {"Geneve of another version", Under::kUdp, 6081, "4000 6558 00006400", false, "not_tcp"},
    {"GTP-U", Under::kUdp, 2152, "30 ff 002b 00000001", false, kV4},
    {"GTP-U, extension", Under::kUdp, 2152, "34 ff 0033 00000001 0000 00 85 01 1000 00", false, kV4},
    {"GTP-U, echo", Under::kUdp, 2152, "32 01 0004 00000000 0000 00 00", false, "not_tcp"},
    {"Teredo", Under::kUdp, 3544, "", true, kV6},
    {"Teredo, authentication and origin", Under::kUdp, 3544,
     "0001 00 00 0000000000000001 00 0000 dead beefbeef", true, kV6},
    {"Teredo, no packet", Under::kUdp, 3544, "77", false, "not_tcp"},
    {"AYIYA", Under::kUdp, 5072,
     "41 52 11 29 00000000 20010db8000000000000000000000001 0000000000000000000000000000000000000000", true,
     kV6},
    {"L2TP", Under::kUdp, 1701, "0002 0001 0001 ff03 0021", false, kV4},
    {"L2TP, length, sequence, offset", Under::kUdp, 1701, "4a02 0040 0001 0001 0001 0001 0002 ffff 0021",
     false, kV4},
    {"L2TP, control", Under::kUdp, 1701, "c802 000c 0001 0000 0000 0000", false, "not_tcp"},
    {"CAPWAP, Ethernet", Under::kUdp, 5247, "00 10 00 00 00000000" + std::string(kMacs) + "0800", false, kV4},
    {"CAPWAP, 802.11", Under::kUdp, 5247,
     "00 10 03 00 00000000 0108 0000 020000000002 020000000001 020000000003 0010 aaaa03 000000 0800", false,
     kV4},
    {"CAPWAP, fragment", Under::kUdp, 5247, "00 10 00 80 00000000", false, "fragment"},
    {"CAPWAP, keepalive", Under::kUdp, 5247, "00 10 00 08 00000000", false, "not_tcp"},
    {"LISP", Under::kUdp, 4341, "80000000 00000001", false, kV4},
    {"LISP, IPv6", Under::kUdp, 4341, "80000000 00000001", true, kV6},
    {"LISP, neither", Under::kUdp, 4341, "80000000 00000001 10", false, "not_tcp"},
    {"TZSP", Under::kUdp, 37008, "01 00 0001 00 0a01c0 01" + std::string(kMacs) + "0800", false, kV4},
    {"TZSP, 802.11", Under::kUdp, 37008, "01 00 0012 01", false, "encapsulated"},
    {"TZSP, keepalive", Under::kUdp, 37008, "01 04 0001 01", false, "not_tcp"},
    {"another port", Under::kUdp, 4791, "08000000 00006400" + std::string(kMacs) + "0800", false, "not_tcp"},
};

Bytes udp_datagram(std::uint16_t port, const Bytes& payload) {
    const auto low = [](std::size_t number) { return static_cast<std::uint8_t>(number); };
    const std::size_t length = payload.size() + 8;
    return Bytes{0xd0, 0x00, low(port >> 8U), low(port), low(length >> 8U), low(length), 0, 0} + payload;
}

TestFrame frame_of(const Case& test, const Bytes& tunnelled) {
    const auto protocol = static_cast<std::uint8_t>(test.number);
    switch (test.under) {
        case Under::kEtherType:
            return {ethernet_frame(tunnelled, test.number)};
        case Under::kIpv4:
            return {ethernet_frame(ipv4_packet(tunnelled, protocol))};
        case Under::kIpv6:
            return {ethernet_frame(ipv6_packet(tunnelled, protocol), 0x86dd)};
        case Under::kUdp:
            return {ethernet_frame(ipv4_packet(udp_datagram(test.number, tunnelled), 17))};
    }
    return {};
}

}  // namespace

TEST_CASE("each tunnel leads to the packet inside") {
    for (const Case& test : kCases) {
        INFO(test.name);
        const Bytes packet = test.v6 ? ipv6_packet(test_tcp()) : ipv4_packet(test_tcp());
        CHECK(decoded(frame_of(test, hex(test.header) + packet)) == test.expected);
    }
}

TEST_CASE("a tunnel that is cut anywhere yields no segment") {
    for (const Case& test : kCases) {
        INFO(test.name);
        const Bytes header = hex(test.header);
        for (std::size_t size = 0; size < header.size(); ++size) {
            INFO(size);
            CHECK(decode_exact(frame_of(test, without_last(header, header.size() - size))).segments.empty());
        }
    }
}

TEST_CASE("a tunnel is found by either port") {
    const Bytes packet = hex("30 ff 002b 00000001") + ipv4_packet(test_tcp());
    Bytes datagram = udp_datagram(50000, packet);
    datagram[0] = 2152 >> 8;
    datagram[1] = 2152 & 0xff;
    CHECK(decoded({ethernet_frame(ipv4_packet(datagram, 17))}) == kV4);
}

TEST_CASE("tunnels in tunnels end somewhere") {
    Bytes packet = ipv4_packet(test_tcp());
    for (int depth = 1; depth <= 40; ++depth) {
        packet = ipv4_packet(packet, 4);
        INFO(depth);
        CHECK(decoded({ethernet_frame(packet)}) == (depth <= 29 ? kV4 : "too_deep"));
    }
}

}  // namespace deadpeer
