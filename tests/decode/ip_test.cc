// IPv4 and IPv6: lengths that lie, fragments, extension headers, source routes, other protocols.
#include "decode/frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

const std::string kV4 = "10.0.0.1:40000 > 10.0.0.2:80 A 1000(3) ack 2000 win 512";
const std::string kV6 = "[2001:db8::1]:40000 > [2001:db8::2]:80 A 1000(3) ack 2000 win 512";

std::string v4_with_payload(int bytes) {
    return "10.0.0.1:40000 > 10.0.0.2:80 A 1000(" + std::to_string(bytes) + ") ack 2000 win 512";
}
std::string v6_with_payload(int bytes) {
    return "[2001:db8::1]:40000 > [2001:db8::2]:80 A 1000(" + std::to_string(bytes) + ") ack 2000 win 512";
}

struct Case {
    const char* name;
    TestFrame frame;
    std::string expected;
};

void check(const std::vector<Case>& cases) {
    for (const Case& test : cases) {
        INFO(test.name);
        CHECK(decoded(test.frame) == test.expected);
    }
}

const Bytes kTcp = tcp_with_options({});
const Bytes kPacket4 = ipv4_packet(kTcp);  // 43 bytes, 3 of payload
const Bytes kPacket6 = ipv6_packet(kTcp);
const Bytes kPad = zeros(6);

// The packet with its IPv4 total length or IPv6 payload length replaced.
Bytes total_length(const char* digits) {
    return with(kPacket4, 2, hex(digits));
}
Bytes payload_length(const char* digits) {
    return with(kPacket6, 4, hex(digits));
}

// An IPv4 packet with options in front of the same TCP segment.
Bytes with_ip_options(const char* digits) {
    const Bytes options = hex(digits);
    const auto words = static_cast<std::uint8_t>(0x45 + options.size() / 4);
    const auto total = static_cast<std::uint8_t>(kPacket4.size() + options.size());
    Bytes packet = with(with(kPacket4, 0, {words}), 3, {total});
    packet.insert(packet.begin() + 20, options.begin(), options.end());
    return packet;
}

Bytes extension(const char* digits, const Bytes& rest = kTcp) {
    return hex(digits) + rest;
}

}  // namespace

TEST_CASE("the IPv4 total length decides what is payload") {
    check({
        {"as it should be", {kPacket4, kRawIp}, kV4},
        {"padding after it", {ethernet_frame(kPacket4 + kPad)}, kV4},
        {"padding after an empty segment",
         {ethernet_frame(ipv4_packet(tcp_with_options({}, "")) + kPad)},
         v4_with_payload(0)},
        {"0: as long as the frame", {ethernet_frame(total_length("0000"))}, kV4},
        {"0: padding counts as payload", {ethernet_frame(total_length("0000") + kPad)}, v4_with_payload(9)},
        {"0: by the wire length, not the captured one",
         {ethernet_frame(total_length("0000")), kEthernet, 70014},
         v4_with_payload(70000 - 40)},
        {"0, inside 802.3: by its length field",
         {ethernet_frame(hex("aaaa03 000000 0800") + total_length("0000") + kPad, 8 + 43)},
         kV4},
        {"beyond the frame: as long as the frame", {ethernet_frame(total_length("0190"))}, kV4},
        {"beyond the captured bytes: believed",
         {ethernet_frame(total_length("0190")), kEthernet, 500},
         v4_with_payload(400 - 40)},
        {"below the header", {total_length("0013"), kRawIp}, "bad_ip_length"},
        {"the header alone", {total_length("0014"), kRawIp}, "short_tcp"},
        {"13 bytes of TCP", {total_length("0021"), kRawIp}, "short_tcp"},
        {"18 bytes of TCP",
         {total_length("0026"), kRawIp},
         v4_with_payload(0) + " unanalysed unlabelled options_cut"},
        {"the frame ends where TCP should begin", {without_last(kPacket4, 23), kRawIp}, "cut_header"},
        {"longer captured than it was on the wire", {kPacket4, kRawIp, 20}, kV4},
    });
}

TEST_CASE("a frame check sequence is not payload") {
    const Bytes fcs = hex("deadbeef");
    check({
        {"the total length leaves it out", {ethernet_frame(kPacket4) + fcs, kEthernet, 0, 4}, kV4},
        {"total length 0", {ethernet_frame(total_length("0000")) + fcs, kEthernet, 0, 4}, kV4},
        {"total length beyond the frame", {ethernet_frame(total_length("0190")) + fcs, kEthernet, 0, 4}, kV4},
        {"IPv6 length beyond the frame",
         {ethernet_frame(payload_length("0190"), 0x86dd) + fcs, kEthernet, 0, 4},
         kV6},
        {"declared but not there: the total length decides",
         {ethernet_frame(kPacket4), kEthernet, 0, 4},
         kV4},
        {"cut off by the snap length",
         {ethernet_frame(total_length("0000")), kEthernet, 14 + 43 + 4, 4},
         kV4},
        {"longer than the frame",
         {ethernet_frame(total_length("0000")), kEthernet, 0, 255},
         "bad_ip_header_length"},
    });
}

TEST_CASE("an IPv4 header that contradicts itself is not followed") {
    check({
        {"version 5", {with(kPacket4, 0, hex("55")), kRawIp}, "bad_ip_version"},
        {"header length 0", {with(kPacket4, 0, hex("40")), kRawIp}, "bad_ip_header_length"},
        {"header length 16", {with(kPacket4, 0, hex("44")), kRawIp}, "bad_ip_header_length"},
        {"header length beyond the total length", {with(kPacket4, 0, hex("4f")), kRawIp}, "bad_ip_length"},
        {"header length beyond the frame",
         {with(total_length("0000"), 0, hex("4f")), kRawIp},
         "bad_ip_header_length"},
        {"the frame ends in the options",
         {without_last(with_ip_options("01010101"), 24), kRawIp},
         "cut_ip_header"},
        {"cut in the header", {without_last(kPacket4, 24), kRawIp, 43}, "cut_ip_header"},
        {"cut in the options", {without_last(with_ip_options("01010101"), 24), kRawIp, 47}, "cut_ip_header"},
        {"nothing after the link layer", {ethernet_frame({})}, "cut_ip_header"},
    });
}

TEST_CASE("IPv4 options are passed over, source routes followed") {
    const std::string routed = "10.0.0.1:40000 > 10.9.9.9:80 A 1000(3) ack 2000 win 512";
    check({
        {"no operations", {with_ip_options("01010101"), kRawIp}, kV4},
        {"40 of them",
         {with_ip_options("01010101 01010101 01010101 01010101 01010101"
                          "01010101 01010101 01010101 01010101 01010101"),
          kRawIp},
         kV4},
        {"record route", {with_ip_options("07070400 00000000"), kRawIp}, kV4},
        {"option length 0", {with_ip_options("07000400"), kRawIp}, kV4},
        {"option length 255", {with_ip_options("07ff0400"), kRawIp}, kV4},
        {"loose source route", {with_ip_options("8307040a 09090900"), kRawIp}, routed},
        {"strict source route after a no operation", {with_ip_options("01890704 0a090909"), kRawIp}, routed},
        {"the last of two stops", {with_ip_options("830b040a 0808080a 09090900"), kRawIp}, routed},
        {"the first stop passed", {with_ip_options("830b080a 0808080a 09090900"), kRawIp}, routed},
        {"used up", {with_ip_options("8307080a 09090900"), kRawIp}, kV4},
        {"pointer into its own header", {with_ip_options("8307000a 09090900"), kRawIp}, kV4},
        {"after the end of the list", {with_ip_options("00830704 0a090909"), kRawIp}, kV4},
    });
}

TEST_CASE("IPv4 fragments that nobody puts together are fragments, whatever they hold") {
    check({
        {"the first", {with(kPacket4, 6, hex("2000")), kRawIp}, "fragment"},
        {"a later one", {with(kPacket4, 6, hex("2001")), kRawIp}, "fragment"},
        {"the last", {with(kPacket4, 6, hex("1fff")), kRawIp}, "fragment"},
        {"of UDP", {with(with(kPacket4, 6, hex("2000")), 9, hex("11")), kRawIp}, "fragment"},
        {"don't fragment is none", {with(kPacket4, 6, hex("4000")), kRawIp}, kV4},
    });
}

TEST_CASE("what is not TCP is named") {
    const Bytes quote4 = hex("0303 0000 00000000") + kPacket4;
    const Bytes quote6 = hex("0100 0000 00000000") + kPacket6;
    const Bytes echo = hex("0800 0000 00010001") + kPacket4;
    check({
        {"UDP", {ipv4_packet(kTcp, 17), kRawIp}, "not_tcp"},
        {"ICMP echo", {ipv4_packet(echo, 1), kRawIp}, "not_tcp"},
        {"ICMP error about TCP", {ipv4_packet(quote4, 1), kRawIp}, "icmp_quote"},
        {"ICMP error about UDP", {ipv4_packet(with(quote4, 17, hex("11")), 1), kRawIp}, "not_tcp"},
        {"ICMP error about nothing", {ipv4_packet(hex("0303 0000 00000000"), 1), kRawIp}, "not_tcp"},
        {"ICMP of no bytes", {ipv4_packet(Bytes{}, 1), kRawIp}, "not_tcp"},
        {"ICMPv6 error about TCP", {ipv6_packet(quote6, 58), kRawIp}, "icmp_quote"},
        {"ICMPv6 neighbour solicitation", {ipv6_packet(with(quote6, 0, hex("87")), 58), kRawIp}, "not_tcp"},
        {"ESP", {ipv4_packet(kTcp, 50), kRawIp}, "encrypted"},
        {"ESP in IPv6", {ipv6_packet(kTcp, 50), kRawIp}, "encrypted"},
        {"IPv6 without a next header", {ipv6_packet(kTcp, 59), kRawIp}, "not_tcp"},
    });
}

TEST_CASE("the IPv6 payload length decides what is payload") {
    const Bytes jumbo = ipv6_packet(extension("0600 c204 00011170"), 0);  // 70000 bytes
    const Bytes small_jumbo = with(jumbo, 44, hex("0000ffff"));
    check({
        {"as it should be", {kPacket6, kRawIp}, kV6},
        {"padding after it", {kPacket6 + kPad, kRawIp}, kV6},
        {"beyond the frame", {payload_length("0190"), kRawIp}, kV6},
        {"beyond the captured bytes", {payload_length("0190"), kRawIp, 500}, v6_with_payload(380)},
        {"one less", {payload_length("0016"), kRawIp}, v6_with_payload(2)},
        {"0", {payload_length("0000"), kRawIp}, "bad_ip_length"},
        {"a jumbogram", {with(jumbo, 4, hex("0000")), kRawIp, 70100}, v6_with_payload(70000 - 28)},
        {"a jumbogram cut by the snap length of a smaller frame", {with(jumbo, 4, hex("0000")), kRawIp}, kV6},
        {"a jumbo length that needs no jumbogram",
         {with(small_jumbo, 4, hex("0000")), kRawIp, 70100},
         "bad_ip_length"},
        {"a jumbo option beside a payload length", {jumbo, kRawIp}, kV6},
        {"cut in the header", {without_last(kPacket6, 24), kRawIp, 63}, "cut_ip_header"},
    });
}

TEST_CASE("extension headers lead on to TCP") {
    const std::string routed = "[2001:db8::1]:40000 > [2001:db8::9]:80 A 1000(3) ack 2000 win 512";
    const char* route_0 = "0602 0001 00000000 20010db8000000000000000000000009";
    const char* route_4 =
        "0604 0401 01000000 20010db8000000000000000000000009 20010db8000000000000000000000008";
    check({
        {"hop-by-hop options", {ipv6_packet(extension("0600 01040000 0000"), 0), kRawIp}, kV6},
        {"destination options of 16 bytes",
         {ipv6_packet(extension("0601 010c0000 00000000 00000000 0000"), 60), kRawIp},
         kV6},
        {"two after each other",
         {ipv6_packet(extension("3c00 01040000 0000 0600 01040000 0000"), 0), kRawIp},
         kV6},
        {"routing, arrived", {ipv6_packet(with(extension(route_0), 3, hex("00")), 43), kRawIp}, kV6},
        {"routing of type 0, under way", {ipv6_packet(extension(route_0), 43), kRawIp}, routed},
        {"segment routing, under way", {ipv6_packet(extension(route_4), 43), kRawIp}, routed},
        {"routing without addresses", {ipv6_packet(extension("0600 0001 00000000"), 43), kRawIp}, kV6},
        {"an atomic fragment", {ipv6_packet(extension("0600 0000 00000007"), 44), kRawIp}, kV6},
        {"a first fragment", {ipv6_packet(extension("0600 0001 00000007"), 44), kRawIp}, "fragment"},
        {"a later fragment", {ipv6_packet(extension("0600 0008 00000007"), 44), kRawIp}, "fragment"},
        {"authentication",
         {ipv6_packet(extension("0604 0000 00000001 00000001 000000000000000000000000"), 51), kRawIp},
         kV6},
        {"authentication in IPv4", {ipv4_packet(extension("0601 0000 00000001 00000001"), 51), kRawIp}, kV4},
        {"beyond the packet",
         {ipv6_packet(extension("0614 00000000 0000"), 60), kRawIp},
         "bad_extension_header"},
        {"a packet that ends where one should begin",
         {ipv6_packet(Bytes{6}, 60), kRawIp},
         "bad_extension_header"},
        {"fragment header beyond the packet",
         {ipv6_packet(hex("0600 0000"), 44), kRawIp},
         "bad_extension_header"},
        {"cut in one",
         {without_last(ipv6_packet(extension("0600 01040000 0000"), 0), 24), kRawIp, 71},
         "cut_ip_header"},
        {"the frame ends in one",
         {without_last(ipv6_packet(extension("0600 01040000 0000"), 0), 24), kRawIp},
         "cut_ip_header"},
        {"cut before one",
         {without_last(ipv6_packet(extension("0600 01040000 0000"), 0), 31), kRawIp, 71},
         "cut_ip_header"},
    });
}

TEST_CASE("29 headers may stand between link layer, IP and TCP") {
    Bytes tags, options;
    for (int count = 1; count <= 30; ++count) {
        tags = hex("0064 8100") + tags;
        options = hex("3c00 01040000 0000") + options;
        INFO(count);
        const Bytes last_tag = with(tags, tags.size() - 2, hex("0800"));
        const Bytes last_option = with(options, options.size() - 8, hex("06"));
        CHECK(decoded({ethernet_frame(last_tag + kPacket4, 0x8100)}) == (count <= 29 ? kV4 : "too_deep"));
        CHECK(decoded({ethernet_frame(ipv6_packet(last_option + kTcp, 60), 0x86dd)}) ==
              (count <= 29 ? kV6 : "too_deep"));
    }
}

}  // namespace deadpeer
