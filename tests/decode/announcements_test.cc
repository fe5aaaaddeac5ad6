// What ARP, DHCP and neighbour discovery tell about hosts, and what they do not.
#include "decode/frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

// An ARP message from this sender to this target.
std::string arp(const char* operation, const char* sender, const char* target) {
    const Bytes message =
        with(with(with(announcing_arp(), 6, hex(operation)), 14, hex(sender)), 24, hex(target));
    const TestFrame frame{ethernet_frame(message + zeros(18), 0x0806)};
    CHECK(decoded(frame) == "not_ip");
    return noticed(frame);
}

std::string dhcp_packet(const Bytes& datagram) {
    const TestFrame frame{ethernet_frame(ipv4_packet(datagram, 17))};
    CHECK(decoded(frame) == "not_tcp");
    return noticed(frame);
}

std::string dhcp(const char* options) {
    return dhcp_packet(dhcp_datagram(hex(options)));
}

std::string neighbor(const Bytes& packet) {
    const TestFrame frame{ethernet_frame(packet, 0x86dd)};
    CHECK(decoded(frame) == "not_tcp");
    return noticed(frame);
}

constexpr std::size_t kHopLimit = 7;
constexpr std::size_t kSource = 8;
constexpr std::size_t kDestination = 24;
constexpr std::size_t kMessage = 40;

// 2001:db8::1 says to all nodes that it has fe80::5; flags: override.
Bytes unsolicited_advertisement() {
    const Bytes message = hex("8800 0000 20000000 fe800000000000000000000000000005");
    const Bytes packet = with(ipv6_packet(message, 58), kHopLimit, hex("ff"));
    return with(packet, kDestination, hex("ff020000000000000000000000000001"));
}

}  // namespace

TEST_CASE("a host announces its address by ARP, or asks whether it is free") {
    CHECK(arp("0001", "0a000001", "0a000001") == "arp_announcement 10.0.0.1");
    CHECK(arp("0002", "0a000001", "0a000001") == "arp_announcement 10.0.0.1");
    CHECK(arp("0001", "00000000", "0a000001") == "arp_announcement 10.0.0.1");
}

TEST_CASE("ordinary ARP announces nobody") {
    CHECK(arp("0001", "0a000002", "0a000001") == "nothing");
    CHECK(arp("0002", "0a000002", "0a000001") == "nothing");
    CHECK(arp("0002", "00000000", "0a000001") == "nothing");
    CHECK(arp("0001", "00000000", "00000000") == "nothing");
    CHECK(arp("0003", "0a000001", "0a000001") == "nothing");
    const Bytes message = announcing_arp();
    CHECK(noticed({ethernet_frame(with(message, 0, hex("0006")), 0x0806)}) == "nothing");  // IEEE 802
    CHECK(noticed({ethernet_frame(with(message, 2, hex("86dd")), 0x0806)}) == "nothing");
    CHECK(noticed({ethernet_frame(with(message, 4, hex("0806")), 0x0806)}) == "nothing");
}

TEST_CASE("ARP is read on every link that has EtherTypes") {
    const Bytes message = announcing_arp();
    CHECK(noticed({ethernet_frame(hex("0064 0806") + message, 0x8100)}) == "arp_announcement 10.0.0.1");
    CHECK(noticed({hex("0000 0001 0006 0200000000010000 0806") + message, 113}) ==
          "arp_announcement 10.0.0.1");
}

TEST_CASE("a notice has the time and the number of its frame") {
    const Decoded result = decode_exact({ethernet_frame(announcing_arp(), 0x0806)});
    REQUIRE(result.notices.size() == 1);
    CHECK(result.notices[0].time == 5 * kSecond);
    CHECK(result.notices[0].frame == 7);
}

TEST_CASE("a DHCP client that comes up is named by the address it wants") {
    CHECK(dhcp("3501 01 3204 0a000005 ff") == "dhcp 10.0.0.5");
    CHECK(dhcp("3501 03 3204 0a000005 ff") == "dhcp 10.0.0.5");
    CHECK(dhcp("3204 0a000005 0000 3d07 01020000000001 3501 03") == "dhcp 10.0.0.5");
    CHECK(dhcp("3501 01 ff") == "nothing");
    CHECK(dhcp("3501 01 3203 0a0000 ff") == "nothing");
}

TEST_CASE("a DHCP client that has its address renews the lease of that") {
    const auto with_address = [](const char* options) {
        return dhcp_packet(with(dhcp_datagram(hex(options)), 8 + 12, hex("0a000009")));
    };
    CHECK(with_address("3501 03 ff") == "dhcp_renewal 10.0.0.9");
    CHECK(with_address("3501 03 3204 0a000005 ff") == "dhcp_renewal 10.0.0.9");
    CHECK(with_address("3501 01 3204 0a000005 ff") == "nothing");
    CHECK(with_address("3501 07 ff") == "nothing");  // it releases it
    CHECK(with_address("3501 08 ff") == "nothing");  // its address is no lease
}

TEST_CASE("of a DHCP message that was cut its way tells whether the client has a lease") {
    const Bytes datagram = with(dhcp_datagram(hex("3501 03 ff")), 8 + 12, hex("0a000001"));
    const Bytes whole = ethernet_frame(ipv4_packet(datagram, 17));
    const std::size_t up_to_address = 14 + 20 + 8 + 16;
    const std::size_t up_to_options = 14 + 20 + 8 + 240;
    CHECK(noticed(cut_to(whole, up_to_address - 1)) == "nothing");
    CHECK(noticed(cut_to(whole, up_to_address)) == "dhcp_renewal 10.0.0.1");
    CHECK(noticed(cut_to(whole, up_to_options - 1)) == "dhcp_renewal 10.0.0.1");
    CHECK(noticed(cut_to(with(whole, 14 + 16, hex("ffffffff")), up_to_address)) == "nothing");
    CHECK(noticed(cut_to(with(whole, 14 + 16, hex("0a0000ff")), up_to_address)) == "nothing");
    CHECK(noticed(cut_to(with(whole, 14 + 12, hex("0a000003")), up_to_address)) == "nothing");
    CHECK(noticed(cut_to(with(whole, 14 + 20 + 8, hex("02")), up_to_address)) == "nothing");
}

TEST_CASE("other DHCP messages announce nobody") {
    for (const char* type : {"00", "02", "04", "05", "06", "07", "08"}) {
        CAPTURE(type);
        CHECK(dhcp_packet(dhcp_datagram(hex("3501") + hex(type) + hex("3204 0a000005 ff"))) == "nothing");
    }
    CHECK(dhcp("3204 0a000005 ff") == "nothing");            // BOOTP
    CHECK(dhcp("ff 3204 0a000005 3501 01") == "nothing");    // after the end
    CHECK(dhcp("3204 0a000005 3502 0101 ff") == "nothing");  // a type of two bytes
    CHECK(dhcp("3220 0a000005 3501 01 ff") == "nothing");    // an option beyond the message
    CHECK(dhcp("35") == "nothing");
    const Bytes discover = dhcp_datagram(hex("3501 01 3204 0a000005 ff"));
    CHECK(dhcp_packet(with(discover, 8, hex("02"))) == "nothing");              // a server's
    CHECK(dhcp_packet(with(discover, 0, hex("0043 0044"))) == "nothing");       // to a client
    CHECK(dhcp_packet(with(discover, 0, hex("0043"))) == "nothing");            // from a relay
    CHECK(dhcp_packet(with(discover, 2, hex("0045"))) == "nothing");            // TFTP
    CHECK(dhcp_packet(with(discover, 8 + 236, hex("63825364"))) == "nothing");  // no magic cookie
    CHECK(dhcp_packet(with(discover, 4, hex("00f8"))) == "nothing");            // UDP ends before the options
    CHECK(dhcp_packet(with(discover, 4, hex("0007"))) == "nothing");            // and inside its header
}

TEST_CASE("a DHCP message is read as far as it was captured") {
    const Bytes whole = ethernet_frame(ipv4_packet(dhcp_datagram(hex("3501 01 3204 0a000005")), 17));
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        CAPTURE(size);
        CHECK(noticed(cut_to(whole, size)) == (size < whole.size() ? "nothing" : "dhcp 10.0.0.5"));
    }
}

TEST_CASE("a host checks whether an IPv6 address is free, or announces it") {
    CHECK(neighbor(address_check()) == "address_check fe80::5");
    CHECK(neighbor(unsolicited_advertisement()) == "address_check fe80::5");
    CHECK(neighbor(with(unsolicited_advertisement(), kMessage + 4, hex("a0"))) == "address_check fe80::5");
}

TEST_CASE("ordinary neighbour discovery announces nobody") {
    const Bytes host = hex("fe800000000000000000000000000001");
    const Bytes group = hex("ff020000000000000000000000000005");
    const Bytes advertisement = unsolicited_advertisement();
    CHECK(neighbor(with(address_check(), kSource, host)) == "nothing");
    CHECK(neighbor(with(advertisement, kMessage + 4, hex("60"))) == "nothing");  // solicited
    CHECK(neighbor(with(advertisement, kDestination, host)) == "nothing");       // to one host
    CHECK(neighbor(with(advertisement, kSource, zeros(16))) == "address_check fe80::5");
    for (const Bytes& packet : {address_check(), advertisement}) {
        CHECK(neighbor(with(packet, kHopLimit, hex("fe"))) == "nothing");
        CHECK(neighbor(with(packet, kMessage + 1, hex("01"))) == "nothing");  // code
        CHECK(neighbor(with(packet, kMessage + 8, group)) == "nothing");
        for (const char* type : {"85", "86", "89", "00", "7f"}) {
            CAPTURE(type);
            CHECK(neighbor(with(packet, kMessage, hex(type))) == "nothing");
        }
    }
    // In IPv4 it would not be neighbour discovery at all.
    const Bytes check = address_check();
    const Bytes message(check.begin() + kMessage, check.end());
    CHECK(noticed({with(ipv4_packet(message, 58), 8, hex("ff")), kRawIp}) == "nothing");
}

TEST_CASE("an announcement that was cut announces nobody") {
    const Bytes arp_frame = ethernet_frame(announcing_arp(), 0x0806);
    const Bytes check_frame = ethernet_frame(address_check(), 0x86dd);
    const Bytes advertisement_frame = ethernet_frame(unsolicited_advertisement(), 0x86dd);
    for (const Bytes& whole : {arp_frame, check_frame, advertisement_frame}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CAPTURE(size);
            CHECK(noticed(cut_to(whole, size)) == "nothing");
        }
        CHECK(noticed({whole}) != "nothing");
    }
}

}  // namespace deadpeer
