// The frame that is read in one piece, against the parsers one after the other.
#include <random>

#include "decode/frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

constexpr std::uint32_t kLinkHeader = 14;

// Of an IP packet by itself the tables make what they would make of it in Ethernet, 14 bytes further on.
void check_same(const Bytes& packet, std::uint32_t original_length) {
    const Bytes framed = ethernet_frame(packet);
    const std::uint32_t more = original_length == 0 ? 0 : kLinkHeader;
    const Decoded plain = decode_exact({framed, kEthernet, original_length + more});
    const Decoded by_tables = decode_exact({packet, kRawIp, original_length});
    REQUIRE(plain.reason == by_tables.reason);
    REQUIRE(plain.segments.size() == by_tables.segments.size());
    for (std::size_t i = 0; i < plain.segments.size(); ++i) {
        Segment segment = plain.segments[i];
        if (segment.captured_payload > 0 || by_tables.segments[i].payload_offset > 0)
            segment.payload_offset = static_cast<std::uint16_t>(segment.payload_offset - kLinkHeader);
        REQUIRE(segment.key == by_tables.segments[i].key);
        REQUIRE(segment.direction == by_tables.segments[i].direction);
        REQUIRE(print_segment(segment) == print_segment(by_tables.segments[i]));
        REQUIRE(print_place(segment) == print_place(by_tables.segments[i]));
        REQUIRE(segment.ip_id == by_tables.segments[i].ip_id);
        REQUIRE(segment.ttl == by_tables.segments[i].ttl);
        REQUIRE(segment.header_length == by_tables.segments[i].header_length);
    }
}

}  // namespace

TEST_CASE("a plain frame read in one piece is what the parsers make of it one after the other") {
    std::mt19937_64 random(7);
    const auto byte = [&](std::size_t limit) { return static_cast<std::uint8_t>(random() % limit); };
    const std::vector<Bytes> options = {{},
                                        hex("0101080a 00000001 00000002"),
                                        hex("020405b4 0402 0103 0307"),
                                        hex("0101 050a 00000001 00000005"),
                                        hex("0801 0000"),
                                        hex("1e03 10 01")};
    for (int i = 0; i < 20'000; ++i) {
        Bytes packet =
            ipv4_packet(tcp_with_options(options[byte(options.size())], std::string(byte(9), 'x')));
        // Mostly in the headers, mostly one bit.
        for (std::size_t changes = random() % 3; changes > 0; --changes)
            packet[random() % std::min<std::size_t>(packet.size(), 40)] ^=
                static_cast<std::uint8_t>(1U << byte(8));
        if (byte(4) == 0) packet.resize(packet.size() - random() % packet.size());
        if (byte(4) == 0) packet.resize(packet.size() + byte(30));
        if (packet.empty()) continue;
        const std::uint32_t longer = byte(4) == 0 ? byte(60) : 0;
        check_same(packet, longer == 0 ? 0 : static_cast<std::uint32_t>(packet.size()) + longer);
    }
}

}  // namespace deadpeer
