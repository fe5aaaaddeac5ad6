// Who is heard by frames that are not TCP segments.
#include "decode/frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

const std::string kMac = " by 020000000001";

TEST_CASE("a TCP segment is heard by its connection, not besides") {
    CHECK(heard({ethernet_frame(ipv4_packet(test_tcp()))}) == "nobody");
}

TEST_CASE("any other IP packet is a sign of life of its source") {
    const Bytes datagram = hex("d000 0035 0008 0000");
    CHECK(heard({ethernet_frame(ipv4_packet(datagram, 17))}) == "10.0.0.1 id 1" + kMac);
    CHECK(heard({ethernet_frame(ipv6_packet(datagram, 17), 0x86dd)}) == "2001:db8::1" + kMac);
    CHECK(heard({ethernet_frame(ipv4_packet(hex("0800 0000 00010001"), 1))}) == "10.0.0.1 id 1" + kMac);
    CHECK(heard({ethernet_frame(with(ipv4_packet(test_tcp()), 6, hex("2000")))}) == "10.0.0.1 id 1" + kMac);
    CHECK(heard({ipv4_packet(datagram, 17), kRawIp}) == "10.0.0.1 id 1 by 000000000000");
}

TEST_CASE("an ICMP error is a sign of life of who reports, not of whom it quotes") {
    const Bytes quote = with(ipv4_packet(test_tcp()), 12, hex("0a000009"));
    const Bytes error = ipv4_packet(hex("0301 0000 00000000") + quote, 1);
    CHECK(heard({ethernet_frame(error)}) == "10.0.0.1 id 1" + kMac);
}

TEST_CASE("ARP claims the sender's address") {
    const Bytes announcement = announcing_arp();
    CHECK(heard({ethernet_frame(announcement, 0x0806)}) == "10.0.0.1 claimed" + kMac);
    // Another machine answers for it, or it is in a tunnel.
    // Somebody answers for it: that is no sign of its life.
    CHECK(heard({ethernet_frame(with(announcement, 8, hex("020000000009")), 0x0806)}) == "?" + kMac);
    // Who asks whether an address is free has none.
    CHECK(heard({ethernet_frame(with(announcement, 14, hex("00000000")), 0x0806)}) == "?" + kMac);
}

TEST_CASE("neighbour discovery claims the source's address") {
    const Bytes solicitation = hex("8700 0000 00000000 20010db8000000000000000000000002");
    const Bytes packet = with(ipv6_packet(solicitation, 58), 7, hex("ff"));
    CHECK(heard({ethernet_frame(packet, 0x86dd)}) == "2001:db8::1 claimed" + kMac);
    const Bytes from_afar = with(packet, 7, hex("fe"));
    CHECK(heard({ethernet_frame(from_afar, 0x86dd)}) == "2001:db8::1" + kMac);
}

TEST_CASE("what is in a tunnel is a sign of life of the tunnel's sender") {
    const Bytes inner = with(ipv4_packet(test_tcp()), 12, hex("0a000305"));  // from 10.0.3.5
    CHECK(heard({ethernet_frame(ipv4_packet(inner, 4))}) == "10.0.0.1 id 1" + kMac);
    const Bytes datagram = with(ipv4_packet(hex("0035 0035 0008 0000"), 17), 12, hex("0a000305"));
    CHECK(heard({ethernet_frame(ipv4_packet(datagram, 4))}) ==
          "10.0.0.1 id 1" + kMac + ", 10.0.3.5 id 1 by 000000000000");
    CHECK(heard({ethernet_frame(ipv6_packet(inner, 4), 0x86dd)}) == "2001:db8::1" + kMac);
}

TEST_CASE("who sends what a filter rejects is heard, TCP or not") {
    const auto rejected = [](TestFrame frame) {
        frame.rejected_by_filter = true;
        return heard(frame);
    };
    CHECK(rejected({ethernet_frame(ipv4_packet(test_tcp()))}) == "10.0.0.1 id 1" + kMac);
    CHECK(rejected({ethernet_frame(announcing_arp(), 0x0806)}) == "10.0.0.1 claimed" + kMac);
    CHECK(rejected({Bytes{}}) == "nobody");
}

TEST_CASE("a frame without IP is a sign of life of its link-layer address") {
    CHECK(heard({ethernet_frame(hex("0207 0400 00000000"), 0x88cc)}) == "?" + kMac);
    CHECK(heard({hex("0000 0001 0006 0200000000020000 88cc"), 113}) == "? by 020000000002");
    CHECK(heard({hex("88cc 0000 00000003 0001 00 06 0200000000030000"), 276}) == "? by 020000000003");
    CHECK(heard({hex("0000 0001 0000 0000000000000000 88cc"), 113}) == "? by 000000000000");
}

}  // namespace
}  // namespace deadpeer
