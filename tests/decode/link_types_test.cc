// Every link type and link layer header in front of one IPv4 or IPv6 packet.
#include "decode/frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

const std::string kV4 = "10.0.0.1:40000 > 10.0.0.2:80 A 1000(3) ack 2000 win 512";
const std::string kV6 = "[2001:db8::1]:40000 > [2001:db8::2]:80 A 1000(3) ack 2000 win 512";

const std::string kZeros24(48, '0');
const std::string kWireless = "0802 0000 020000000002 020000000001 020000000003 0010 aaaa03 000000 0800";

struct Case {
    const char* name;
    LinkType link_type;
    std::string header;  // in front of the packet
    bool v6;
    std::string expected;
};

const Case kCases[] = {
    {"Ethernet, IPv4", 1, "020000000002 020000000001 0800", false, kV4},
    {"Ethernet, IPv6", 1, "020000000002 020000000001 86dd", true, kV6},
    {"Ethernet, an IPv6 packet announced as IPv4", 1, "020000000002 020000000001 0800", true, kV6},
    {"Ethernet, an IPv4 packet announced as IPv6", 1, "020000000002 020000000001 86dd", false,
     "bad_ip_version"},
    {"Ethernet, ARP", 1, "020000000002 020000000001 0806", false, "not_ip"},
    {"802.1Q", 1, "020000000002 020000000001 8100 0064 0800", false, kV4},
    {"802.1Q, IPv6", 1, "020000000002 020000000001 8100 0064 86dd", true, kV6},
    {"802.1ad over 802.1Q", 1, "020000000002 020000000001 88a8 0064 8100 0065 0800", false, kV4},
    {"0x9100 over 802.1Q", 1, "020000000002 020000000001 9100 0064 8100 0065 0800", false, kV4},
    {"PPPoE discovery", 1, "020000000002 020000000001 8863 11090000 0000", false, "not_ip"},
    {"802.3, LLC and SNAP", 1, "020000000002 020000000001 0033 aaaa03 000000 0800", false, kV4},
    {"802.3, LLC and SNAP, bridge tunnel", 1, "020000000002 020000000001 0033 aaaa03 0000f8 0800", false,
     kV4},
    {"802.3, LLC and SNAP of an organisation", 1, "020000000002 020000000001 0033 aaaa03 00000c 0800", false,
     "not_ip"},
    {"802.3, LLC for IP", 1, "020000000002 020000000001 002e 060603", false, kV4},
    {"802.3, LLC for spanning tree", 1, "020000000002 020000000001 002e 424203", false, "not_ip"},
    {"802.3, LLC, not unnumbered information", 1, "020000000002 020000000001 002e 060613", false, "not_ip"},
    {"802.1Q, then LLC and SNAP", 1, "020000000002 020000000001 8100 0064 0033 aaaa03 000000 0800", false,
     kV4},
    {"neither type nor length", 1, "020000000002 020000000001 05dd aaaa03 000000 0800", false, "not_ip"},
    {"no length", 1, "020000000002 020000000001 0000 aaaa03 000000 0800", false, "not_ip"},

    {"NULL, little-endian", 0, "02000000", false, kV4},
    {"NULL, big-endian", 0, "00000002", false, kV4},
    {"NULL, IPv6 of NetBSD and OpenBSD", 0, "18000000", true, kV6},
    {"NULL, IPv6 of FreeBSD", 0, "1c000000", true, kV6},
    {"NULL, IPv6 of macOS", 0, "1e000000", true, kV6},
    {"NULL, IPv6 of macOS, big-endian", 0, "0000001e", true, kV6},
    {"NULL, an EtherType", 0, "00080000", false, kV4},
    {"NULL, another family", 0, "07000000", false, "not_ip"},
    {"NULL, no family", 0, "01020304", false, "not_ip"},
    {"LOOP", 108, "00000002", false, kV4},
    {"LOOP, wrong way round", 108, "02000000", false, kV4},

    {"RAW, IPv4", 101, "", false, kV4},
    {"RAW, IPv6", 101, "", true, kV6},
    {"RAW as DLT 12", 12, "", false, kV4},
    {"RAW as DLT 14", 14, "", true, kV6},
    {"IPV4", 228, "", false, kV4},
    {"IPV6", 229, "", true, kV6},
    {"IPV6, holding IPv4", 229, "", false, "bad_ip_version"},

    {"SLL", 113, "0000 0001 0006 0200000000010000 0800", false, kV4},
    {"SLL, IPv6", 113, "0000 0304 0006 0200000000010000 86dd", true, kV6},
    {"SLL, 802.1Q", 113, "0000 0001 0006 0200000000010000 8100 0064 0800", false, kV4},
    {"SLL, LLC", 113, "0000 0001 0006 0200000000010000 0004 060603", false, kV4},
    {"SLL, Ethernet", 113, "0000 0001 0006 0200000000010000 0003 020000000002 020000000001 0800", false, kV4},
    {"SLL, PPP", 113, "0000 0200 0000 0000000000000000 0007 ff03 0021", false, kV4},
    {"SLL, Novell", 113, "0000 0001 0006 0200000000010000 0001", false, "not_ip"},
    {"SLL, netlink", 113, "0000 0338 0000 0000000000000000 0800", false, "not_ip"},
    {"SLL2", 276, "0800 0000 00000003 0001 00 06 0200000000010000", false, kV4},
    {"SLL2, IPv6", 276, "86dd 0000 00000003 0001 00 06 0200000000010000", true, kV6},
    {"SLL2, 802.1Q", 276, "8100 0000 00000003 0001 00 06 0200000000010000 0064 0800", false, kV4},
    {"SLL2, netlink", 276, "0800 0000 00000003 0338 00 06 0200000000010000", false, "not_ip"},

    {"PPP", 9, "ff03 0021", false, kV4},
    {"PPP, IPv6", 9, "ff03 0057", true, kV6},
    {"PPP, no address and control", 9, "0021", false, kV4},
    {"PPP, protocol compressed", 9, "ff03 21", false, kV4},
    {"PPP, both compressed", 9, "57", true, kV6},
    {"PPP, LCP", 9, "ff03 c021", false, "not_ip"},
    {"PPP, MPLS", 9, "ff03 0281 00064140", false, kV4},
    {"PPP, multilink", 9, "ff03 003d c0000001 0021", false, "encapsulated"},
    {"PPP that is Cisco HDLC", 9, "0f00 0800", false, kV4},
    {"PPP_HDLC", 50, "ff03 0021", false, kV4},
    {"PPP_HDLC that is Cisco HDLC", 50, "8f00 86dd", true, kV6},
    {"C_HDLC", 104, "0f00 0800", false, kV4},
    {"C_HDLC, keepalive of its own", 104, "8f00 8035", false, "not_ip"},

    {"FRELAY", 107, "1841 03 cc", false, kV4},
    {"FRELAY, IPv6", 107, "1841 03 8e", true, kV6},
    {"FRELAY, long address, padding, SNAP", 107, "184000 01 03 00 80 000000 0800", false, kV4},
    {"FRELAY, another protocol", 107, "1841 03 08", false, "not_ip"},
    {"FDDI", 10, "57 020000000002 020000000001 aaaa03 000000 0800", false, kV4},
    {"FDDI, management", 10, "41 020000000002 020000000001 aaaa03 000000 0800", false, "not_ip"},
    {"IEEE802_5", 6, "10 40 020000000002 020000000001 aaaa03 000000 86dd", true, kV6},
    {"IEEE802_5, source routed", 6, "10 40 020000000002 820000000001 0610 0011 0020 aaaa03 000000 0800",
     false, kV4},
    {"IEEE802_5, management", 6, "10 00 020000000002 020000000001 aaaa03 000000 0800", false, "not_ip"},
    {"PPP_ETHER", 51, "11000001 0036 0021", false, kV4},
    {"IPNET", 226, "01020000 00000000 00000001 00000000 00000000 00000000", false, kV4},
    {"PFLOG", 117, "2d020000 656d3000 00000000 00000000 00000000 00000000" + kZeros24, false, kV4},
    {"PFLOG, a header of 61 bytes", 117, "3d020000" + kZeros24 + kZeros24 + "000000000000000000000000", true,
     kV6},
    {"PFLOG, no header", 117, "00020000", false, "short_link_header"},
    {"ENC", 109, "02000000 00000001 00000000", false, kV4},
    {"ENC, big-endian", 109, "00000018 00000001 00000000", true, kV6},
    {"ATM_RFC1483", 100, "aaaa03 000000 0800", false, kV4},
    {"ATM_RFC1483, bridged", 100, "aaaa03 0080c2 0007 0000 020000000002 020000000001 86dd", true, kV6},
    {"ATM_RFC1483, bridged token ring", 100, "aaaa03 0080c2 0009 0000", false, "not_ip"},
    {"SUNATM", 123, "02 00 0005 aaaa03 000000 0800", false, kV4},
    {"SUNATM, LAN emulation", 123, "81 00 0005 0001 020000000002 020000000001 0800", false, kV4},
    {"SUNATM, signalling", 123, "06 00 0005", false, "not_ip"},
    {"IP_OVER_FC", 122, "1000020000000002 1000020000000001 aaaa03 000000 0800", false, kV4},
    {"APPLE_IP_OVER_IEEE1394", 138, "0200000000000002 0200000000000001 0800", false, kV4},
    {"ARCNET_BSD, RFC 1051", 7, "01 02 f0", false, kV4},
    {"ARCNET_BSD", 7, "01 02 d4 00 0001", false, kV4},
    {"ARCNET_BSD, fragment", 7, "01 02 d4 01 0001", false, "fragment"},
    {"ARCNET_BSD, ARP", 7, "01 02 d5 00 0001", false, "not_ip"},
    {"ARCNET_LINUX", 129, "01 02 0000 d4 00 0001", true, kV6},
    {"ERF", 197, "0000000000000000 02 04 0049 0000 0039 0000 020000000002 020000000001 0800", false, kV4},
    {"ERF, two extensions", 197,
     "0000000000000000 82 04 0059 0000 0039 8300000000000000 0300000000000000 0000 020000000002 020000000001 "
     "0800",
     false, kV4},
    {"ERF, IPv6", 197, "0000000000000000 17 04 004f 0000 003f", true, kV6},
    {"ERF, ATM", 197, "0000000000000000 03 04 0048 0000 0034", false, "unsupported_link_type"},
    {"JUNIPER_ETHER", 178, "4d4743 01 020000000002 020000000001 0800", false, kV4},
    {"JUNIPER_ETHER, extensions", 178, "4d4743 81 0003 010203 020000000002 020000000001 0800", false, kV4},
    {"JUNIPER_ETHER, no Ethernet", 178, "4d4743 03 00000002", false, "encapsulated"},
    {"JUNIPER_ETHER, something else", 178, "4d4744 01", false, "unsupported_link_type"},
    {"IEEE802_11_PRISM", 119, "44000000 10000000 0000000000000000" + kWireless, false, kV4},
    {"IEEE802_11_PRISM, big-endian", 119, "00000044 00000010 0000000000000000" + kWireless, false, kV4},
    {"IEEE802_11_PRISM that is AVS", 119, "80211001 00000010 0000000000000000" + kWireless, false, kV4},
    {"IEEE802_11_AVS", 163, "80211001 00000010 0000000000000000" + kWireless, false, kV4},
    {"IEEE802_11_AVS, no header", 163, "80211001 00000000" + kWireless, false, kV4},
    {"IEEE802_11_AVS, too long", 163, "80211001 fffffff0 0000000000000000" + kWireless, false,
     "short_link_header"},
    {"PKTAP", 258, "0c000000 01000000 01000000 020000000002 020000000001 0800", false, kV4},
    {"PKTAP, no packet", 258, "0c000000 02000000 01000000", false, "unsupported_link_type"},
    {"NFLOG", 239, "02000000 0800 0100 08000001 3800 0900", false, kV4},
    {"NFLOG, big-endian", 239, "0a000000 0007 0005 11111100 004c 0009", true, kV6},
    {"DSA_TAG_BRCM", 281, "020000000002 020000000001 00000000 0800", false, kV4},
    {"DSA_TAG_BRCM_PREPEND", 282, "00000000 020000000002 020000000001 86dd", true, kV6},
    {"DSA_TAG_DSA", 283, "020000000002 020000000001 40000001 0800", false, kV4},
    {"DSA_TAG_EDSA", 284, "020000000002 020000000001 dada 0000 40000001 0800", false, kV4},

    {"IEEE802_11", 105, "0801 0000 020000000002 020000000001 020000000003 0010 aaaa03 000000 0800", false,
     kV4},
    {"IEEE802_11, quality of service", 105,
     "8801 0000 020000000002 020000000001 020000000003 0010 0000 aaaa03 000000 86dd", true, kV6},
    {"IEEE802_11, high throughput", 105,
     "8881 0000 020000000002 020000000001 020000000003 0010 0000 00000000 aaaa03 000000 86dd", true, kV6},
    {"IEEE802_11, between access points", 105,
     "0803 0000 020000000002 020000000001 020000000003 0010 020000000004 aaaa03 000000 0800", false, kV4},
    {"IEEE802_11, protected", 105, "0841 0000 020000000002 020000000001 020000000003 0010 aaaa03 000000 0800",
     false, "encrypted"},
    {"IEEE802_11, beacon", 105, "8000 0000 020000000002 020000000001 020000000003 0010 aaaa03 000000 0800",
     false, "not_ip"},
    {"IEEE802_11, no data", 105, "4801 0000 020000000002 020000000001 020000000003 0010 aaaa03 000000 0800",
     false, "not_ip"},
    {"radiotap", 127,
     "0000 0800 00000000 0801 0000 020000000002 020000000001 020000000003 0010 aaaa03 000000 0800", false,
     kV4},
    {"radiotap, time stamp and padding", 127,
     "0000 1100 03000000 0000000000000000 20 8801 0000 020000000002 020000000001 020000000003 0010 0000 0000"
     "aaaa03 000000 0800",
     false, kV4},
    {"PPI", 192, "0000 0800 01000000 020000000002 020000000001 0800", false, kV4},
    {"PPI, a large link type", 192, "0000 0800 01000100", false, "unsupported_link_type"},

    {"no link type we know", 147, "", false, "unsupported_link_type"},
    {"a link type beyond all", 9999, "", false, "unsupported_link_type"},
};

}  // namespace

TEST_CASE("each link layer leads to the packet inside") {
    const Bytes v4 = ipv4_packet(test_tcp());
    const Bytes v6 = ipv6_packet(test_tcp());
    for (const Case& test : kCases) {
        INFO(test.name);
        CHECK(decoded({hex(test.header) + (test.v6 ? v6 : v4), test.link_type}) == test.expected);
    }
}

TEST_CASE("a frame with no bytes is empty on every link type") {
    for (const Case& test : kCases) {
        INFO(test.name);
        CHECK(decoded({{}, test.link_type}) == "empty_frame");
    }
}

TEST_CASE("a link layer header that is cut is short") {
    for (const Case& test : kCases) {
        const Bytes header = hex(test.header);
        const bool leads_to_tcp = test.expected == kV4 || test.expected == kV6;
        if (header.size() < 2 || !leads_to_tcp) continue;
        INFO(test.name);
        CHECK(decoded({without_last(header, 1), test.link_type, 60}) == "short_link_header");
    }
}

TEST_CASE("an attribute of NFLOG that is longer than its frame without check bytes reads nothing beyond") {
    for (std::uint8_t check_bytes = 0; check_bytes < 32; ++check_bytes) {
        TestFrame frame{hex("02000000 ff00 0900"), 239};
        frame.fcs_bytes = check_bytes;
        INFO(int{check_bytes});
        CHECK(decoded(frame) == "cut_ip_header");
    }
}

TEST_CASE("frames carry their time, number and place in the batch") {
    const Decoded result = decode_exact({ethernet_frame(ipv4_packet(test_tcp()))});
    REQUIRE(result.segments.size() == 1);
    CHECK(result.reason == SkipReason::kNone);
    CHECK(result.segments[0].time == 5 * kSecond);
    CHECK(result.segments[0].frame == 7);
    CHECK(result.segments[0].batch_index == 3);
}

TEST_CASE("what the user's filter rejects is not looked at") {
    const Bytes bytes = ethernet_frame(ipv4_packet(test_tcp()));
    FrameView view;
    view.data = bytes.data();
    view.captured_length = view.original_length = static_cast<std::uint32_t>(bytes.size());
    view.link_type = kEthernet;
    view.rejected_by_filter = true;
    const auto batch = std::make_unique<SegmentBatch>();
    CHECK(decode(view, 0, *batch) == SkipReason::kFiltered);
    CHECK(batch->count == 0);
}

}  // namespace deadpeer
