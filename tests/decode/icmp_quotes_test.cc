// TCP quoted in ICMP errors: which errors say that a segment did not arrive, and how much of it they tell.
#include "decode/frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

const std::string kSegment4 = "10.0.0.1:40000 > 10.0.0.2:80 A 1000(3) ack 2000 win 512";
const std::string kSegment6 = "[2001:db8::1]:40000 > [2001:db8::2]:80 A 1000(3) ack 2000 win 512";
const std::string kOnlyQuoted = " unanalysed icmp_quote";
const std::string kCutQuote = " unanalysed unlabelled options_cut icmp_quote";

const Bytes kTcp = tcp_with_options({});
const Bytes kRest = zeros(4);

Bytes icmp4(std::uint8_t type, std::uint8_t code, const Bytes& quote) {
    return ipv4_packet(Bytes{type, code, 0, 0} + kRest + quote, 1);
}
Bytes icmp6(std::uint8_t type, std::uint8_t code, const Bytes& quote) {
    return ipv6_packet(Bytes{type, code, 0, 0} + kRest + quote, 58);
}

// "icmp_quote: unreachable 10.0.0.1:40000 > ..."
std::string line(const Bytes& packet) {
    const TestFrame frame{packet, kRawIp};
    return decoded(frame) + ": " + noticed(frame);
}
std::string about4(std::uint8_t type, std::uint8_t code) {
    return line(icmp4(type, code, ipv4_packet(kTcp)));
}
std::string about6(std::uint8_t type, std::uint8_t code) {
    return line(icmp6(type, code, ipv6_packet(kTcp)));
}
std::string unreachable4(const Bytes& quote) {
    return line(icmp4(3, 1, quote));
}
std::string unreachable6(const Bytes& quote) {
    return line(icmp6(1, 3, quote));
}

const std::string kUnreachable4 = "icmp_quote: unreachable " + kSegment4 + kOnlyQuoted;
const std::string kUnreachable6 = "icmp_quote: unreachable " + kSegment6 + kOnlyQuoted;
const std::string kNoWay4 = "icmp_quote: no way " + kSegment4 + kOnlyQuoted;
const std::string kNoWay6 = "icmp_quote: no way " + kSegment6 + kOnlyQuoted;
const std::string kQuote4 = "icmp_quote: quote " + kSegment4 + kOnlyQuoted;
const std::string kQuote6 = "icmp_quote: quote " + kSegment6 + kOnlyQuoted;

}  // namespace

TEST_CASE("destination unreachable and time exceeded in transit say that a segment did not arrive") {
    for (std::uint8_t code = 0; code <= 15; ++code) {
        CAPTURE(code);
        CHECK(about4(3, code) == (code == 4 ? kQuote4 : code == 1 || code == 7 ? kUnreachable4 : kNoWay4));
        CHECK(about6(1, code) == (code == 3 ? kUnreachable6 : kNoWay6));
    }
    CHECK(about4(11, 0) == kNoWay4);
    CHECK(about6(3, 0) == kNoWay6);
}

TEST_CASE("other errors only quote a segment") {
    CHECK(about4(4, 0) == kQuote4);
    CHECK(about4(11, 1) == kQuote4);
    CHECK(about4(12, 0) == kQuote4);
    CHECK(about6(2, 0) == kQuote6);
    CHECK(about6(3, 1) == kQuote6);
    CHECK(about6(4, 1) == kQuote6);
}

TEST_CASE("what is no error, and what Wireshark does not look into, quotes nothing") {
    CHECK(about4(5, 1) == "icmp_quote: nothing");  // redirect
    for (const std::uint8_t type : Bytes{0, 1, 2, 6, 8, 9, 10, 13, 30, 42, 255}) {
        CAPTURE(type);
        CHECK(about4(type, 0) == "not_tcp: nothing");
    }
    for (const std::uint8_t type : Bytes{0, 5, 100, 127, 128, 129, 135, 136, 137, 255}) {
        CAPTURE(type);
        CHECK(about6(type, 0) == "not_tcp: nothing");
    }
    CHECK(unreachable4(ipv4_packet(kTcp, 17)) == "not_tcp: nothing");
    CHECK(unreachable6(ipv6_packet(kTcp, 17)) == "not_tcp: nothing");
    CHECK(unreachable6(ipv4_packet(kTcp)) == "icmp_quote: nothing");
    CHECK(unreachable4({}) == "not_tcp: nothing");
}

TEST_CASE("a quote has the key and the direction of the quoted segment") {
    const Decoded segment = decode_exact({ipv4_packet(kTcp), kRawIp});
    const Decoded error = decode_exact({icmp4(3, 1, ipv4_packet(kTcp)), kRawIp});
    REQUIRE(segment.segments.size() == 1);
    REQUIRE(error.notices.size() == 1);
    const Segment& quote = error.notices[0].quote;
    CHECK(quote.key == segment.segments[0].key);
    CHECK(quote.direction == segment.segments[0].direction);
    CHECK(quote.time == 5 * kSecond);
    CHECK(quote.frame == 7);
    CHECK(print_place(quote) == "ttl 64 id 1 header 20 payload 3@68");
}

TEST_CASE("quoted headers are read by the same rules as any") {
    const Bytes routed = with(
        ipv6_packet(hex("0602 0001 00000000 20010db8000000000000000000000009") + kTcp, 43), 7, hex("01"));
    CHECK(unreachable6(routed) ==
          "icmp_quote: unreachable [2001:db8::1]:40000 > [2001:db8::9]:80 A 1000(3)"
          " ack 2000 win 512" +
              kOnlyQuoted);
    CHECK(unreachable6(ipv6_packet(hex("0600 0000 00000007") + kTcp, 44)) == kUnreachable6);
    CHECK(unreachable6(ipv6_packet(hex("0600 0001 00000007") + kTcp, 44)) == "not_tcp: nothing");
    CHECK(unreachable4(with(ipv4_packet(kTcp), 6, hex("2000"))) == "icmp_quote: nothing");  // first fragment
    CHECK(unreachable4(with(ipv4_packet(kTcp), 6, hex("4000"))) == kUnreachable4);          // may not be one
    CHECK(unreachable4(with(ipv4_packet(kTcp), 2, hex("0013"))) == "icmp_quote: nothing");
    CHECK(unreachable4(with(ipv4_packet(kTcp), 0, hex("44"))) == "icmp_quote: nothing");
    CHECK(unreachable4(ipv6_packet(kTcp)) == kUnreachable6);
    CHECK(unreachable4(ipv4_packet(tcp_with_options(hex("030307")))) ==
          "icmp_quote: unreachable " + kSegment4 + " wscale 7" + kOnlyQuoted);
    CHECK(unreachable4(ipv4_packet(ipv4_packet(kTcp), 4)) == kUnreachable4);
}

TEST_CASE("a quote tells as much as there is of it") {
    const Bytes quote = ipv4_packet(tcp_with_options(hex("030307 0402"), ""));
    const Bytes whole = icmp4(3, 1, quote);
    const std::size_t header = whole.size() - 28;
    const std::string ends = "unreachable 10.0.0.1:40000 > 10.0.0.2:80 ";
    const auto expected = [&](std::size_t bytes) -> std::string {
        if (bytes < 8) return "nothing";
        if (bytes < 14) return ends + "1000";
        if (bytes < 16)
            return ends +
                   "A 1000(0) ack 2000 win 0 unanalysed unlabelled options_cut cut_before_window icmp_quote";
        if (bytes < 23) return ends + "A 1000(0) ack 2000 win 512" + kCutQuote;
        if (bytes < 25) return ends + "A 1000(0) ack 2000 win 512 wscale 7" + kCutQuote;
        if (bytes < 28) return ends + "A 1000(0) ack 2000 win 512 wscale 7 sack_permitted" + kCutQuote;
        return ends + "A 1000(0) ack 2000 win 512 wscale 7 sack_permitted" + kOnlyQuoted;
    };
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const std::size_t tcp_bytes = size < header ? 0 : size - header;
        CAPTURE(size, tcp_bytes);
        // By the capture's snap length, or by the host that sent the error.
        CHECK(noticed(cut_to(whole, size, kRawIp)) == expected(tcp_bytes));
        if (size >= header)
            CHECK(noticed({icmp4(3, 1, without_last(quote, whole.size() - size)), kRawIp}) ==
                  expected(tcp_bytes));
    }
}

TEST_CASE("a quote that is no evidence is told only if its stream has a number") {
    const Bytes quote = ipv4_packet(kTcp);
    const auto frame = [&](std::size_t tcp_bytes) {
        return TestFrame{icmp4(3, 4, without_last(quote, kTcp.size() - tcp_bytes)), kRawIp};
    };
    CHECK(noticed(frame(13)) == "nothing");
    CHECK(decoded(frame(13)) == "icmp_quote");
    CHECK(noticed(frame(14)) ==
          "quote 10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 0"
          " unanalysed unlabelled options_cut cut_before_window icmp_quote");
}

TEST_CASE("whether the header was quoted begins with the flags") {
    const auto header_quoted = [](std::size_t tcp_bytes) {
        const Bytes quote = without_last(ipv4_packet(kTcp), kTcp.size() - tcp_bytes);
        const Decoded result = decode_exact({icmp4(3, 1, quote), kRawIp});
        REQUIRE(result.notices.size() == 1);
        return result.notices[0].header_quoted;
    };
    CHECK_FALSE(header_quoted(8));
    CHECK_FALSE(header_quoted(13));
    CHECK(header_quoted(14));
    CHECK(header_quoted(20));
}

TEST_CASE("an error about an error is no evidence") {
    CHECK(unreachable4(icmp4(3, 1, ipv4_packet(kTcp))) == kQuote4);
    CHECK(unreachable6(icmp6(1, 0, ipv6_packet(kTcp))) == kQuote6);
    CHECK(unreachable4(icmp4(8, 0, ipv4_packet(kTcp))) == "not_tcp: nothing");
    Bytes packet = ipv4_packet(kTcp);
    for (int level = 0; level < 20; ++level) packet = icmp4(3, 1, packet);
    CHECK(line(packet) == "not_tcp: nothing");
}

TEST_CASE("a quoted announcement is none") {
    const Bytes discover = ipv4_packet(dhcp_datagram(hex("3501 01 3204 0a000005 ff")), 17);
    CHECK(noticed({discover, kRawIp}) == "dhcp 10.0.0.5");
    CHECK(unreachable4(discover) == "not_tcp: nothing");
    CHECK(noticed({address_check(), kRawIp}) == "address_check fe80::5");
    CHECK(unreachable6(address_check()) == "not_tcp: nothing");
}

}  // namespace deadpeer
