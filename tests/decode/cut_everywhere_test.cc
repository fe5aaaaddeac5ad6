// Every kind of frame, cut at every byte and with every byte broken: an answer always, no byte read too far
// (the frames lie in heap blocks of their exact size, which the sanitized build watches).
#include <random>

#include "decode/frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

Bytes tcp_with_all_options() {
    return tcp_with_options(
        hex("020405b4 030307 0402 080a 00000001 00000002 050a 00000064 000000c8 1e03 20"));
}

// Header chains that reach every parser of the decoder.
std::vector<TestFrame> all_chains() {
    const Bytes tcp = tcp_with_all_options();
    const Bytes v4 = ipv4_packet(tcp);
    const Bytes options = hex("0601 010c0000 00000000 00000000 0000");
    const Bytes routing = hex("3c02 0001 00000000 20010db8000000000000000000000009");
    const Bytes fragment = hex("2b00 0000 00000007");
    const Bytes authentication = hex("2c04 0000 00000001 00000001 000000000000000000000000");
    const Bytes v6 =
        ipv6_packet(hex("3300 01040000 0000") + authentication + fragment + routing + options + tcp, 0);
    const Bytes jumbo =
        with(ipv6_packet(hex("0601 0104 00000000 c204 00011170 0000") + tcp, 0), 4, hex("0000"));
    Bytes routed = with(v4, 0, hex("48"));
    const Bytes source_route = hex("01 830b040a 0808080a 090909");
    routed.insert(routed.begin() + 20, source_route.begin(), source_route.end());
    return {
        {ethernet_frame(v4)},
        {ethernet_frame(v6, 0x86dd)},
        {ethernet_frame(hex("0064 8100 0065 88a8 0066 0800") + v4, 0x9100)},
        {ethernet_frame(hex("aaaa03 000000 0800") + v4, static_cast<std::uint16_t>(8 + v4.size()))},
        {ethernet_frame(hex("060603") + v4, static_cast<std::uint16_t>(3 + v4.size()))},
        {ethernet_frame(ipv4_packet(hex("0303 0000 00000000") + v4, 1))},
        {ethernet_frame(ipv4_packet(hex("0b00 0000 00000000") + routed, 1))},
        {ethernet_frame(ipv6_packet(hex("0100 0000 00000000") + v6, 58), 0x86dd)},
        {ethernet_frame(announcing_arp(), 0x0806)},
        {ethernet_frame(ipv4_packet(dhcp_datagram(hex("00 3501 01 3204 0a000005 ff")), 17))},
        {ethernet_frame(address_check(), 0x86dd)},
        {hex("02000000") + v4, 0},
        {hex("0000001e") + v6, 108},
        {routed, kRawIp},
        {jumbo, 229},
        {hex("0000 0001 0006 0200000000010000 0800") + v4, 113},
        {hex("86dd 0000 00000003 0001 00 06 0200000000010000") + v6, 276},
        {hex("ff03 0021") + v4, 9},
        {hex("57") + v6, 50},
        {hex("0f00 0800") + v4, 104},
        {ethernet_frame(hex("00064040 00065140 00000000 020000000002 020000000001 0800") + v4, 0x8847)},
        {ethernet_frame(hex("1100 0001 0057 0021") + v4, 0x8864)},
        {ethernet_frame(hex("01 01 0001 0010 0800") + v4, 0x8909)},
        {ethernet_frame(ipv4_packet(hex("4000 0800 00000000 08000004 0a000003 00000000") + v4, 47))},
        {ethernet_frame(ipv4_packet(hex("1000 22eb 00000001 20010001 00000000 00000001 0000000000000000"
                                        "020000000002 020000000001 0800") +
                                        v4,
                                    47))},
        {ethernet_frame(ipv4_packet(
            hex("d000 12b5 0070 0000 08000000 00006400 020000000002 020000000001 0800") + v4, 17))},
        {ethernet_frame(ipv4_packet(hex("d000 12b6 0070 0000 0c000001 00006400") + v4, 17))},
        {ethernet_frame(ipv4_packet(hex("d000 17c1 0070 0000 0100 0800 00006400 01020000") + v4, 17))},
        {ethernet_frame(
            ipv4_packet(hex("d000 0868 0070 0000 34 ff 0058 00000001 0000 00 85 01 1000 00") + v4, 17))},
        {ethernet_frame(ipv4_packet(
            hex("d000 0dd8 00b0 0000 0001 01 01 aa bb 0000000000000001 00 0000 dead beefbeef") + v6, 17))},
        {ethernet_frame(ipv4_packet(hex("d000 13d0 0090 0000 11 12 11 04 00000000 0001 00000001") + v4, 17))},
        {ethernet_frame(
            ipv4_packet(hex("d000 06a5 0070 0000 4a02 0040 0001 0001 0001 0001 0002 ffff 0021") + v4, 17))},
        {ethernet_frame(ipv4_packet(hex("d000 147f 0090 0000 00 10 03 00 00000000 0108 0000 020000000002"
                                        "020000000001 020000000003 0010 aaaa03 000000 0800") +
                                        v4,
                                    17))},
        {hex("184000 01 03 00 80 000000 0800") + v4, 107},
        {hex("57 020000000002 020000000001 aaaa03 000000 0800") + v4, 10},
        {hex("10 40 020000000002 820000000001 0610 0011 0020 aaaa03 000000 0800") + v4, 6},
        {hex("02000000 0800 0100 08000001 6000 0900") + v4, 239},
        {hex("0c000000 01000000 01000000 020000000002 020000000001 0800") + v4, 258},
        {hex("020000000002 020000000001 dada 0000 40000001 0800") + v4, 284},
        {hex("0000 1100 03000000 0000000000000000 30 8801 0000 020000000002 020000000001 020000000003 0010"
             "0000 0000 aaaa03 000000 0800") +
             v4 + hex("00000000"),
         127},
        {hex("0000 0800 01000000 020000000002 020000000001 0800") + v4, 192},
    };
}

// What holds for any answer.
void check_sanity(const Decoded& result, const TestFrame& frame) {
    CHECK(result.segments.empty() == (result.reason != SkipReason::kNone));
    CHECK(result.segments.size() + result.notices.size() <= 1);
    for (const Notice& notice : result.notices) {
        CHECK(notice.frame == 7);
        CHECK(notice.quote.payload_offset + notice.quote.captured_payload <= frame.bytes.size());
        CHECK(notice.quote.icmp_quote == notice.is_quote());
    }
    for (const Segment& segment : result.segments) {
        CHECK(segment.payload_offset <= frame.bytes.size());
        CHECK(segment.payload_offset + segment.captured_payload <= frame.bytes.size());
        CHECK(segment.header_length <= 60);
        CHECK(segment.sack_blocks <= segment.sack.size());
    }
}

}  // namespace

TEST_CASE("every chain of headers leads to a segment or a notice") {
    int number = 0;
    for (const TestFrame& frame : all_chains()) {
        CAPTURE(++number);
        const Decoded result = decode_exact(frame);
        CHECK(result.segments.size() + result.notices.size() == 1);
    }
}

TEST_CASE("a frame cut at any byte is decoded or skipped") {
    for (TestFrame frame : all_chains()) {
        const Bytes whole = frame.bytes;
        const auto wire_length = static_cast<std::uint32_t>(whole.size());
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            frame.bytes.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            CAPTURE(frame.link_type, size);
            frame.original_length = wire_length;
            check_sanity(decode_exact(frame), frame);
            frame.original_length = 0;
            check_sanity(decode_exact(frame), frame);
        }
    }
}

TEST_CASE("a longer cut never says less") {
    // The payload length does not depend on how much was captured, once the header was.
    const Bytes whole = ethernet_frame(ipv4_packet(tcp_with_options(hex("030307"))));
    for (std::size_t size = whole.size() - 3; size <= whole.size(); ++size) {
        CAPTURE(size);
        const TestFrame cut{without_last(whole, whole.size() - size), kEthernet,
                            static_cast<std::uint32_t>(whole.size())};
        CHECK(decoded(cut) == decoded({whole}));
    }
}

TEST_CASE("a frame with any byte broken is decoded or skipped") {
    for (const TestFrame& frame : all_chains()) {
        for (std::size_t at = 0; at < frame.bytes.size(); ++at) {
            for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
                TestFrame broken = frame;
                broken.bytes[at] = static_cast<std::uint8_t>(value);
                CAPTURE(frame.link_type, at, value);
                check_sanity(decode_exact(broken), broken);
            }
        }
    }
}

TEST_CASE("random bytes are decoded or skipped on every link type") {
    std::mt19937 random(20240229);
    constexpr LinkType kAll[] = {1,   0, 108, 101, 228, 229, 113, 276, 9,   50,  104, 12,  14,
                                 147, 7, 100, 109, 117, 119, 122, 123, 129, 138, 163, 178, 197};
    for (const LinkType link_type : kAll) {
        for (int round = 0; round < 500; ++round) {
            TestFrame frame{zeros(random() % 120), link_type};
            for (std::uint8_t& byte : frame.bytes) byte = static_cast<std::uint8_t>(random());
            frame.original_length = static_cast<std::uint32_t>(random() % 200);
            frame.fcs_bytes = static_cast<std::uint8_t>(random() % 6);
            CAPTURE(link_type, round);
            check_sanity(decode_exact(frame), frame);
        }
    }
}

}  // namespace deadpeer
