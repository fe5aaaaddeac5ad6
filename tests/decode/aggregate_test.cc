// Several packets in one 802.11 frame (A-MSDU).
#include "decode/frames.h"
#include "decode/reassembler.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

constexpr std::uint16_t kWireless = 105;
const std::string kHeader = "8801 0000 020000000002 020000000001 020000000003 0010 8000";
const std::string kIpv4 = "aaaa03 000000 0800";

Bytes big_endian(std::size_t number) {
    return {static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
}

Bytes subframe(const Bytes& content) {
    return hex("020000000002 020000000001") + big_endian(content.size()) + content;
}

// Filled up, as another follows.
Bytes padded(const Bytes& content) {
    const Bytes bytes = subframe(content);
    return bytes + zeros((4 - bytes.size() % 4) % 4);
}

Bytes packet(std::uint8_t last_of_payload) {
    const Bytes whole = ipv4_packet(test_tcp());
    return hex(kIpv4) + without_last(whole, 1) + Bytes{last_of_payload};
}

Decoded in_frame(const Bytes& content, Reassembler* fragments = nullptr) {
    return decode_exact({hex(kHeader) + content, kWireless}, fragments);
}

Bytes payload_of(const Segment& segment, const Bytes& frame) {
    const auto begin = frame.begin() + segment.payload_offset;
    return {begin, begin + segment.captured_payload};
}

}  // namespace

TEST_CASE("each packet of an A-MSDU yields its segment") {
    const Bytes content = padded(packet('x')) + padded(packet('y')) + subframe(packet('z'));
    const Decoded result = in_frame(content);
    CHECK(result.reason == SkipReason::kNone);
    REQUIRE(result.segments.size() == 3);
    const Bytes frame = hex(kHeader) + content;
    CHECK(payload_of(result.segments[0], frame).back() == 'x');
    CHECK(payload_of(result.segments[1], frame).back() == 'y');
    CHECK(payload_of(result.segments[2], frame).back() == 'z');
    for (const Segment& segment : result.segments) CHECK(segment.payload_length == 3);
}

TEST_CASE("a frame between access points has its A-MSDU behind four addresses") {
    const std::string header =
        "8883 0000 020000000002 020000000001 020000000003 0010 020000000004 8000 00000000";
    const Bytes content = padded(packet('x')) + subframe(packet('y'));
    CHECK(decode_exact({hex("8803" + header.substr(4)) + content, kWireless}).segments.empty());
    CHECK(decode_exact({hex(header) + content, kWireless}).segments.size() == 2);
    const std::string shorter = "8803" + header.substr(4, header.size() - 4 - 9);
    CHECK(decode_exact({hex(shorter) + content, kWireless}).segments.size() == 2);
}

TEST_CASE("what is no TCP segment in an A-MSDU leaves those beside it alone") {
    const Bytes datagram = hex(kIpv4) + ipv4_packet(hex("0102 0304 0008 0000"), 17);
    CHECK(in_frame(padded(datagram) + subframe(packet('x'))).segments.size() == 1);
    const Decoded last = in_frame(padded(packet('x')) + subframe(datagram));
    CHECK(last.reason == SkipReason::kNone);
    CHECK(last.segments.size() == 1);
    CHECK(last.heard.empty());
    const Decoded neither =
        in_frame(padded(datagram) + subframe(hex("aaaa03 000000 0806") + announcing_arp()));
    CHECK(neither.reason == SkipReason::kNotIp);
    CHECK(neither.notices.size() == 1);
    const Decoded both =
        in_frame(padded(hex("aaaa03 000000 0806") + announcing_arp()) + subframe(packet('x')));
    CHECK(both.notices.size() <= 1);
    CHECK(both.segments.size() + both.notices.size() == 1);
}

TEST_CASE("an A-MSDU that is cut, empty or large is read as far as there is room") {
    CHECK(in_frame({}).reason == SkipReason::kShortLinkHeader);
    CHECK(in_frame(zeros(13)).reason == SkipReason::kShortLinkHeader);
    CHECK(in_frame(zeros(14)).segments.empty());
    CHECK(in_frame(zeros(60'000)).segments.empty());
    CHECK(in_frame(padded(packet('x')) + zeros(13)).segments.size() == 1);
    CHECK(in_frame(padded(packet('x')) + without_last(subframe(packet('y')), 4)).segments.size() == 2);
    Bytes many;
    for (int i = 0; i < 20; ++i) many = many + padded(packet('x'));
    CHECK(in_frame(many).segments.size() == SegmentBatch::kSegmentsPerFrame);
}

TEST_CASE("the payload of fragments in an A-MSDU is not in the frame, that of its neighbour is") {
    Reassembler fragments(std::size_t{1} << 20, 1);
    const Bytes whole = ipv4_packet(test_tcp());
    Bytes first = with(whole, 6, hex("2000"));
    first.resize(20 + 16);
    first = with(first, 2, big_endian(first.size()));
    Bytes rest(whole.begin(), whole.begin() + 20);
    rest = with(with(rest, 6, hex("0002")), 2, big_endian(whole.size() - 16)) +
           Bytes(whole.begin() + 36, whole.end());
    const Decoded result =
        in_frame(padded(hex(kIpv4) + first) + padded(hex(kIpv4) + rest) + subframe(packet('x')), &fragments);
    CHECK(result.reason == SkipReason::kNone);
    REQUIRE(result.segments.size() == 2);
    CHECK(result.segments[0].captured_payload == 0);
    CHECK(result.segments[1].captured_payload == 3);
}

}  // namespace deadpeer
