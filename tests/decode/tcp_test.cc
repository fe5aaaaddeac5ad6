// TCP: cut headers, data offsets that lie, where the payload is, options.
#include "decode/frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

const std::string kPlain = "10.0.0.1:40000 > 10.0.0.2:80 A 1000(3) ack 2000 win 512";
const std::string kEmpty = "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512";

std::string with_options(const char* digits) {
    const std::string line = decoded({ipv4_packet(tcp_with_options(hex(digits))), kRawIp});
    return line.substr(0, kPlain.size()) == kPlain ? line.substr(kPlain.size()) : line;
}

// An empty segment with this data offset, captured up to `captured` bytes of TCP.
std::string captured_tcp(std::uint8_t data_offset, std::size_t captured, const Bytes& options = {}) {
    const Bytes tcp = with(tcp_with_options(options, ""), 12, {static_cast<std::uint8_t>(data_offset << 4)});
    const auto wire_length = static_cast<std::uint32_t>(20 + tcp.size());
    return decoded({without_last(ipv4_packet(tcp), tcp.size() - captured), kRawIp, wire_length});
}

}  // namespace

TEST_CASE("libtins' segment comes out as it went in") {
    Tins::TCP tcp(443, 51000);
    tcp.seq(0xfffffffe);
    tcp.ack_seq(1);
    tcp.window(65535);
    tcp.flags(Tins::TCP::SYN | Tins::TCP::ACK | Tins::TCP::ECE);
    tcp.mss(1460);
    tcp.sack_permitted();
    tcp.timestamp(7, 8);
    tcp.winscale(9);
    CHECK(decoded({ethernet_frame(ipv4_packet(tcp))}) ==
          "10.0.0.1:51000 > 10.0.0.2:443 SAE 4294967294(0) ack 1 win 65535"
          " wscale 9 sack_permitted ts 7/8");
    CHECK(decoded({ethernet_frame(ipv6_packet(tcp), 0x86dd)}) ==
          "[2001:db8::1]:51000 > [2001:db8::2]:443 SAE 4294967294(0) ack 1 win 65535"
          " wscale 9 sack_permitted ts 7/8");
}

TEST_CASE("every flag has its bit") {
    for (const auto& [flags, expected] :
         std::vector<std::pair<std::uint16_t, std::string>>{{0x00, "-"},
                                                            {0x01, "F"},
                                                            {0x02, "S"},
                                                            {0x04, "R"},
                                                            {0x08, "P"},
                                                            {0x10, "A"},
                                                            {0x20, "U"},
                                                            {0x40, "E"},
                                                            {0x80, "C"},
                                                            {0xff, "SFRPAUEC"}}) {
        const Bytes tcp = with(tcp_with_options({}), 13, {static_cast<std::uint8_t>(flags)});
        const Decoded result = decode_exact({ipv4_packet(tcp), kRawIp});
        REQUIRE(result.segments.size() == 1);
        CHECK(print_flags(result.segments[0].flags) == expected);
    }
}

TEST_CASE("a cut TCP header gives what Wireshark makes of it") {
    CHECK(captured_tcp(5, 20) == kEmpty);
    CHECK(captured_tcp(5, 19) == kEmpty + " unlabelled options_cut");
    CHECK(captured_tcp(5, 16) == kEmpty + " unlabelled options_cut");
    CHECK(captured_tcp(5, 15) ==
          "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 0"
          " unanalysed unlabelled options_cut cut_before_window");
    CHECK(captured_tcp(5, 14) == captured_tcp(5, 15));
    CHECK(captured_tcp(5, 13) == "cut_header");
    CHECK(captured_tcp(5, 0) == "cut_header");
}

TEST_CASE("a payload that was not captured has its length all the same") {
    const Bytes packet = ipv4_packet(tcp_with_options({}, std::string(1000, 'x')));
    const TestFrame cut{without_last(packet, 1000), kRawIp, 1040};
    CHECK(decoded(cut) == "10.0.0.1:40000 > 10.0.0.2:80 A 1000(1000) ack 2000 win 512");
    CHECK(decoded_place(cut) == "ttl 64 id 1 header 20 payload 0@40");
    CHECK(decoded_place({without_last(packet, 990), kRawIp, 1040}) == "ttl 64 id 1 header 20 payload 10@40");
}

TEST_CASE("a data offset below 5 makes header bytes payload, one beyond the segment none") {
    CHECK(captured_tcp(4, 20) ==
          "10.0.0.1:40000 > 10.0.0.2:80 A 1000(4) ack 2000 win 512 unlabelled options_cut bad_options");
    CHECK(captured_tcp(0, 20) ==
          "10.0.0.1:40000 > 10.0.0.2:80 A 1000(20) ack 2000 win 512 unlabelled options_cut bad_options");
    CHECK(captured_tcp(15, 20) == kEmpty + " unanalysed unlabelled options_cut");
    CHECK(captured_tcp(6, 24, hex("03030701")) == kEmpty + " wscale 7");
    CHECK(captured_tcp(7, 24, hex("03030701")) == kEmpty + " wscale 7 unanalysed unlabelled options_cut");
    const Bytes low_offset = with(tcp_with_options({}), 12, hex("40"));
    CHECK(decoded_place({ipv4_packet(low_offset), kRawIp}) == "ttl 64 id 1 header 16 payload 0@36");
}

TEST_CASE("the payload's place is in the frame, without padding") {
    const Bytes padded = ethernet_frame(ipv4_packet(test_tcp()) + zeros(6));
    CHECK(decoded_place({padded}) == "ttl 64 id 1 header 20 payload 3@54");
    const Bytes v6 = hex("1e000000") + ipv6_packet(tcp_with_options(hex("0101080a 00000001 00000002")));
    CHECK(decoded_place({v6, 0}) == "ttl 64 id 0 header 32 payload 3@76");
    const Bytes large = ipv4_packet(tcp_with_options({}, std::string(70000, 'x')));
    const TestFrame offloaded{with(large, 2, hex("0000")), kRawIp};
    CHECK(decoded_place(offloaded) == "ttl 64 id 1 header 20 payload 65535@40");
    CHECK(decoded(offloaded) == "10.0.0.1:40000 > 10.0.0.2:80 A 1000(70000) ack 2000 win 512");
}

TEST_CASE("options are read") {
    CHECK(with_options("") == "");
    CHECK(with_options("020405b4") == "");
    CHECK(with_options("030307") == " wscale 7");
    CHECK(with_options("0303ff") == " wscale 254");  // 255 stands for no option
    CHECK(with_options("030307 030305") == " wscale 5");
    CHECK(with_options("0402") == " sack_permitted");
    CHECK(with_options("0101080a 00000001 00000002") == " ts 1/2");
    CHECK(with_options("080a 00000001 00000002 0101") == " ts 1/2");
    CHECK(with_options("0101050a 00000064 000000c8") == " sack 100-200");
    CHECK(with_options("0522 00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008") ==
          " sack 1-2 sack 3-4 sack 5-6 sack 7-8");
    CHECK(with_options("0101080a 00000001 00000002 0101050a 00000064 000000c8") == " sack 100-200 ts 1/2");
    CHECK(with_options("1e0c 0081 0102030405060708") == " mptcp 0x01");  // MP_CAPABLE
    CHECK(with_options("1e04 2000 1e03 60") == " mptcp 0x44");           // DSS and MP_FAIL
    CHECK(with_options("1e04 f000") == "");                              // experimental subtype
}

TEST_CASE("option lists that make no sense end there, and what came before counts") {
    CHECK(with_options("030307 00 0402") == " wscale 7");  // end of list
    CHECK(with_options("030307 0200 0402") == " wscale 7 bad_options");
    CHECK(with_options("030307 0201 0402") == " wscale 7 bad_options");
    CHECK(with_options("030307 08ff 0000") == " wscale 7 bad_options");
    CHECK(with_options("01010108") == " bad_options");  // a kind without a length
    // Lengths that the kind does not have: passed over.
    CHECK(with_options("020305 0402") == " sack_permitted bad_options");
    CHECK(with_options("0302 0402") == " sack_permitted bad_options");
    CHECK(with_options("03040700 0402") == " sack_permitted bad_options");
    CHECK(with_options("040307 030307") == " wscale 7 bad_options");
    CHECK(with_options("080c 00000001 00000002 0000 0402") == " sack_permitted bad_options");
    CHECK(with_options("0506 00000001 0402") == " sack_permitted bad_options");
    CHECK(with_options("050c 00000001 00000002 0003 0402") == " sack_permitted sack 1-2 bad_options");
    CHECK(with_options("1e02 0402") == " sack_permitted");
    CHECK(with_options("fe02 fd020402") == " sack_permitted");
}

TEST_CASE("options are read as far as they were captured") {
    const Bytes options = hex("03030701 0402 080a 00000001 00000002");
    CHECK(captured_tcp(9, 36, options) == kEmpty + " wscale 7 sack_permitted ts 1/2");
    CHECK(captured_tcp(9, 35, options) == kEmpty + " wscale 7 sack_permitted unlabelled options_cut");
    CHECK(captured_tcp(9, 25, options) == kEmpty + " wscale 7 unlabelled options_cut");
    CHECK(captured_tcp(9, 22, options) == kEmpty + " unlabelled options_cut");
    // As Wireshark has it, nothing comes after an option without a length; an end of list is not enough.
    CHECK(captured_tcp(9, 24, hex("01010200") + zeros(12)) == kEmpty + " unlabelled bad_options");
    CHECK(captured_tcp(9, 24, hex("01010201") + zeros(12)) == kEmpty + " unlabelled bad_options");
    CHECK(captured_tcp(9, 24, hex("01010000") + zeros(12)) == kEmpty + " unlabelled options_cut");
    // Cut, not wrong, unless it would end after the last of them.
    CHECK(captured_tcp(9, 24, hex("0101020e") + zeros(12)) == kEmpty + " unlabelled options_cut");
    CHECK(captured_tcp(9, 24, hex("0101020f") + zeros(12)) == kEmpty + " unlabelled options_cut bad_options");
}

}  // namespace deadpeer
