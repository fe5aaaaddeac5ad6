// IP fragments. What is expected of each order, overlap and cut is what tshark 4.0.17 makes of it, but for
// quotes, times and memory.
#include "decode/frames.h"
#include "decode/reassembler.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

constexpr std::size_t kPlenty = std::size_t{1} << 20;
constexpr const char* kFragment = "fragment";

// 32 bytes of payload behind 20 of header.
const Bytes kTcp = tcp_with_options({}, "0123456789abcdef0123456789abcdef");
const std::string kWhole4 = "10.0.0.1:40000 > 10.0.0.2:80 A 1000(32) ack 2000 win 512";
const std::string kWhole6 = "[2001:db8::1]:40000 > [2001:db8::2]:80 A 1000(32) ack 2000 win 512";

Bytes word(std::size_t value) {
    return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

struct Part {
    std::size_t from = 0;
    std::size_t to = 0;  // kTcp.size(): the last, unless `more_follow`
    bool more_follow = to < kTcp.size();

    [[nodiscard]] Bytes of(const Bytes& whole) const {
        return {whole.begin() + static_cast<std::ptrdiff_t>(from),
                whole.begin() + static_cast<std::ptrdiff_t>(to)};
    }
};
constexpr std::size_t kEnd = 52;
const Part kFirst{0, 24};
const Part kMiddle{24, 40};
const Part kLast{40, kEnd};

TestFrame ipv4_part(Part part, const Bytes& whole = kTcp) {
    const std::size_t place = part.from / 8 + (part.more_follow ? 0x2000U : 0U);
    return {with(ipv4_packet(part.of(whole)), 6, word(place)), kRawIp};
}
TestFrame ipv6_part(Part part, std::uint8_t next_header = 6, const Bytes& whole = kTcp) {
    const Bytes place = word(part.from + (part.more_follow ? 1U : 0U));
    return {ipv6_packet(Bytes{next_header, 0} + place + hex("00000007") + part.of(whole), 44), kRawIp};
}

using Lines = std::vector<std::string>;

Lines all_decoded(const std::vector<TestFrame>& frames, std::size_t memory = kPlenty) {
    Reassembler fragments(memory, 1);
    Lines lines;
    lines.reserve(frames.size());
    for (const TestFrame& frame : frames) lines.push_back(decoded(frame, &fragments));
    return lines;
}
Lines parts4(const std::vector<Part>& parts) {
    std::vector<TestFrame> frames;
    for (const Part& part : parts) frames.push_back(ipv4_part(part));
    return all_decoded(frames);
}
Lines parts6(const std::vector<Part>& parts) {
    std::vector<TestFrame> frames;
    for (const Part& part : parts) frames.push_back(ipv6_part(part));
    return all_decoded(frames);
}

TEST_CASE("the fragment that makes a packet whole stands for all of it, in any order") {
    CHECK(parts4({kFirst, kMiddle, kLast}) == Lines{kFragment, kFragment, kWhole4});
    CHECK(parts4({kLast, kMiddle, kFirst}) == Lines{kFragment, kFragment, kWhole4});
    CHECK(parts4({kMiddle, kFirst, kLast}) == Lines{kFragment, kFragment, kWhole4});
    CHECK(parts6({kFirst, kMiddle, kLast}) == Lines{kFragment, kFragment, kWhole6});
    CHECK(parts6({kLast, kFirst, kMiddle}) == Lines{kFragment, kFragment, kWhole6});
    CHECK(parts4({kFirst, kLast}) == Lines{kFragment, kFragment});
    CHECK(parts4({{0, 8}, {8, kEnd}}) == Lines{kFragment, kWhole4});
}

TEST_CASE("a packet that is whole is forgotten, and the same fragments make another") {
    CHECK(parts4({kFirst, kMiddle, kMiddle, kLast, kLast, kFirst, kMiddle}) ==
          Lines{kFragment, kFragment, kFragment, kWhole4, kFragment, kFragment, kWhole4});
    CHECK(parts6({kFirst, kFirst, kMiddle, kLast, kLast}) ==
          Lines{kFragment, kFragment, kFragment, kWhole6, kFragment});
}

TEST_CASE("what two fragments give differently is as the one that begins earlier, or came first, has it") {
    const Bytes other = with(kTcp, 0, Bytes(16, 0xee));  // other ports and numbers
    const Bytes other_flags = with(kTcp, 12, hex("5004"));
    CHECK(all_decoded({ipv4_part({0, 32}), ipv4_part({0, 32}, other), ipv4_part({32, kEnd})}).back() ==
          kWhole4);
    CHECK(all_decoded({ipv4_part({8, kEnd}, other_flags), ipv4_part({0, 24})}).back() == kWhole4);
    CHECK(all_decoded({ipv4_part({0, 24}), ipv4_part({8, kEnd}, other_flags)}).back() == kWhole4);
}

TEST_CASE("the last fragment that came first tells the length") {
    const std::string shorter = "10.0.0.1:40000 > 10.0.0.2:80 A 1000(20) ack 2000 win 512";
    const Part short_last{24, 40, false};
    CHECK(parts4({short_last, {24, kEnd}, kFirst}).back() == shorter);
    CHECK(parts4({{24, kEnd}, short_last, kFirst}).back() == kWhole4);
    CHECK(parts4({{24, kEnd, true}, short_last, kFirst}).back() == shorter);
    CHECK(parts4({{0, 48}, {8, 16, false}}).back() ==
          "10.0.0.1:40000 > 10.0.0.2:80 A 1000(0) ack 2000 win 512 unanalysed unlabelled options_cut");
}

TEST_CASE("lengths that are no multiple of 8 count as they are, and empty fragments not at all") {
    CHECK(parts4({{0, 27}, {24, kEnd}}) == Lines{kFragment, kWhole4});
    CHECK(parts4({{0, kEnd, true}, {kEnd - kEnd % 8, kEnd}}) == Lines{kFragment, kWhole4});
    CHECK(parts4({{0, 48}, {48, 48, false}, {48, kEnd}}) == Lines{kFragment, kFragment, kWhole4});
    CHECK(parts6({{0, 48}, {48, 48, true}, {48, kEnd}}) == Lines{kFragment, kFragment, kWhole6});
}

TEST_CASE("only fragments of one packet belong together") {
    const TestFrame first = ipv4_part({0, 24});
    const TestFrame last = ipv4_part({24, kEnd});
    const auto differ = [&](std::size_t at, const Bytes& bytes) {
        return all_decoded({first, {with(last.bytes, at, bytes), kRawIp}}) == Lines{kFragment, kFragment};
    };
    CHECK(all_decoded({first, last}) == Lines{kFragment, kWhole4});
    CHECK(differ(4, word(2)));           // identification
    CHECK(differ(9, {17}));              // protocol
    CHECK(differ(12, hex("0a000003")));  // source
    CHECK(differ(16, hex("0a000003")));  // destination
    CHECK_FALSE(differ(8, {1}));         // time to live

    // Of IPv6 the next header in the fragment that comes last says what the packet is.
    CHECK(all_decoded({ipv6_part({0, 24}, 17), ipv6_part({24, kEnd})}) == Lines{kFragment, kWhole6});
    CHECK(all_decoded({ipv6_part({0, 24}), ipv6_part({24, kEnd}, 17)}) == Lines{kFragment, "not_tcp"});
}

TEST_CASE("for IPv4 the outermost VLAN tells packets apart") {
    const Bytes first = ipv4_part({0, 24}).bytes;
    const Bytes last = ipv4_part({24, kEnd}).bytes;
    const auto tagged = [](const char* tags, const Bytes& packet) {
        return TestFrame{ethernet_frame(hex(tags) + hex("0800") + packet, 0x8100)};
    };
    CHECK(all_decoded({tagged("0005", first), tagged("e005", last)}).back() == kWhole4);
    CHECK(all_decoded({tagged("0005", first), tagged("0006", last)}).back() == kFragment);
    CHECK(all_decoded({tagged("0005", first), {ethernet_frame(last)}}).back() == kFragment);
    CHECK(all_decoded({tagged("0005 8100 0006", first), tagged("0005 8100 0007", last)}).back() == kWhole4);
    CHECK(all_decoded({tagged("0005 8100 0006", first), tagged("0007 8100 0006", last)}).back() == kFragment);
}

TEST_CASE("fragments in tunnels, and tunnels in fragments") {
    const Bytes inner = ipv4_packet(ipv4_part({0, 48}).bytes, 4);
    const Bytes inner_last = ipv4_part({48, kEnd}).bytes;
    CHECK(all_decoded({{inner, kRawIp}, {inner_last, kRawIp}}) == Lines{kFragment, kWhole4});

    // The outer packet's fragments make a fragment of the inner one.
    const Bytes payload = ipv4_part({0, 48}).bytes;
    const auto outer = [&](std::size_t from, std::size_t to) {
        const Bytes part = Part{from, to}.of(payload);
        const std::size_t place = from / 8 + (to < payload.size() ? 0x2000U : 0U);
        return TestFrame{with(ipv4_packet(part, 4), 6, word(place)), kRawIp};
    };
    CHECK(all_decoded({outer(0, 32), outer(32, payload.size()), {inner_last, kRawIp}}) ==
          Lines{kFragment, kFragment, kWhole4});
    // What completes the inner packet may itself be in fragments.
    CHECK(all_decoded({{inner_last, kRawIp}, outer(0, 32), outer(32, payload.size())}) ==
          Lines{kFragment, kFragment, kWhole4});
}

TEST_CASE("behind other extension headers, and before them") {
    const Bytes options = hex("0600 010400000000");
    const Bytes whole = options + kTcp;
    const auto part = [&](std::size_t from, std::size_t to) {
        return ipv6_part({from, to, to < whole.size()}, 60, whole);
    };
    CHECK(all_decoded({part(0, 24), part(24, whole.size())}) == Lines{kFragment, kWhole6});
    const auto hop_by_hop = [](Part at) {
        const Bytes fragment = ipv6_part(at).bytes;
        return TestFrame{
            ipv6_packet(hex("2c00 010400000000") + Bytes(fragment.begin() + 40, fragment.end()), 0), kRawIp};
    };
    CHECK(all_decoded({hop_by_hop(kLast), hop_by_hop({0, 40})}) == Lines{kFragment, kWhole6});
}

TEST_CASE("a first fragment that was not captured whole is read, but not analysed") {
    const Bytes first = ipv4_part({0, 40}).bytes;
    const std::string seen = "10.0.0.1:40000 > 10.0.0.2:80 A 1000(20) ack 2000 win 512 unanalysed";
    CHECK(all_decoded({cut_to(first, 50, kRawIp), ipv4_part(kLast)}) == Lines{seen, kFragment});
    CHECK(all_decoded({cut_to(first, 20 + 13, kRawIp)}) == Lines{kFragment});
    // Later, whole, it counts.
    CHECK(all_decoded({ipv4_part(kLast), cut_to(first, 50, kRawIp), {first, kRawIp}}) ==
          Lines{kFragment, seen, kWhole4});
    CHECK(all_decoded({{with(first, 2, word(200)), kRawIp}}).front().ends_with("unanalysed"));
    CHECK(all_decoded({{first, kRawIp}, cut_to(ipv4_part(kLast).bytes, 24, kRawIp), ipv4_part(kLast)}) ==
          Lines{kFragment, kFragment, kWhole4});
    CHECK(all_decoded({cut_to(ipv6_part({0, 40}).bytes, 70, kRawIp), ipv6_part(kLast)}) ==
          Lines{kFragment, kFragment});
    // What is in a tunnel there is a packet of its own.
    const Bytes tunnel = with(ipv4_packet(ipv4_packet(kTcp), 4), 6, hex("2000"));
    CHECK(all_decoded({cut_to(tunnel, 85, kRawIp)}) == Lines{kWhole4});
}

TEST_CASE("what an ICMP error quotes is no part of a packet, and neither is what a filter rejects") {
    const Bytes error = hex("0301 0000 00000000") + ipv4_part({0, 40}).bytes;
    CHECK(all_decoded({{ipv4_packet(error, 1), kRawIp}, ipv4_part(kLast)}).back() == kFragment);
    TestFrame rejected = ipv4_part({0, 40});
    rejected.rejected_by_filter = true;
    CHECK(all_decoded({rejected, ipv4_part(kLast)}) == Lines{"filtered", kFragment});
}

TEST_CASE("the payload of a packet in fragments is in no frame, and its place is that of the last one") {
    Reassembler fragments(kPlenty, 1);
    TestFrame last = ipv4_part(kLast);
    last.time = 6 * kSecond;
    decode_exact(ipv4_part({0, 40}), &fragments);
    const Decoded result = decode_exact(last, &fragments);
    REQUIRE(result.segments.size() == 1);
    CHECK(result.segments[0].time == 6 * kSecond);
    CHECK(print_place(result.segments[0]) == "ttl 64 id 1 header 20 payload 0@0");
}

TEST_CASE("an ICMP error in fragments is read") {
    const Bytes error = hex("0301 0000 00000000") + ipv4_packet(kTcp);
    const auto part = [&](Part at) {
        const std::size_t place = at.from / 8 + (at.more_follow ? 0x2000U : 0U);
        return TestFrame{with(ipv4_packet(at.of(error), 1), 6, word(place)), kRawIp};
    };
    Reassembler fragments(kPlenty, 1);
    decode_exact(part({0, 56, true}), &fragments);
    const Decoded result = decode_exact(part({56, error.size(), false}), &fragments);
    CHECK(result.reason == SkipReason::kIcmpQuote);
    REQUIRE(result.notices.size() == 1);
    CHECK(print_place(result.notices[0].quote) == "ttl 64 id 1 header 20 payload 0@0");
}

TEST_CASE("a packet waits for its fragments for two minutes") {
    const auto after = [](Nanoseconds wait) {
        TestFrame last = ipv4_part(kLast);
        last.time += wait;
        return all_decoded({ipv4_part({0, 40}), last}).back();
    };
    CHECK(after(Reassembler::kLongestWait) == kWhole4);
    CHECK(after(-Reassembler::kLongestWait) == kWhole4);
    CHECK(after(Reassembler::kLongestWait + 1) == kFragment);
    TestFrame last = ipv4_part(kLast);
    last.time = kNoTime;
    CHECK(all_decoded({ipv4_part({0, 40}), last}).back() == kWhole4);
}

TEST_CASE("fragments take no more than their memory, and the oldest packets go") {
    constexpr std::size_t kPackets = 10'000;
    Reassembler fragments(kPlenty, 1);
    const auto part = [](std::size_t id, Part at) {
        return TestFrame{with(ipv4_part(at).bytes, 4, word(id)), kRawIp};
    };
    for (std::size_t id = 0; id < kPackets; ++id) {
        decoded(part(id, {0, 40}), &fragments);
        REQUIRE(fragments.memory() <= kPlenty);
    }
    const std::uint64_t forgotten = fragments.forgotten();
    CHECK(forgotten > 0);
    CHECK(forgotten < kPackets - 1'000);
    CHECK(decoded(part(0, kLast), &fragments) == kFragment);
    CHECK(decoded(part(kPackets - 1, kLast), &fragments) == kWhole4);

    // Those that nobody would wait for any more are no loss.
    TestFrame later = part(kPackets, {0, 40});
    later.time += 2 * Reassembler::kLongestWait;
    for (std::size_t id = 0; id < kPackets; ++id) {
        later.bytes = part(id, {0, 40}).bytes;
        decoded(later, &fragments);
    }
    CHECK(fragments.forgotten() - forgotten < forgotten + 2);
    CHECK(fragments.memory() <= kPlenty);
}

TEST_CASE("a packet of more fragments than any link makes is given up") {
    Reassembler fragments(kPlenty, 1);
    for (std::size_t i = 1; i < Reassembler::kMostPieces; ++i) decoded(ipv4_part({8, 16}), &fragments);
    CHECK(fragments.forgotten() == 0);
    decoded(ipv4_part({8, 16}), &fragments);
    CHECK(fragments.forgotten() == 1);
    CHECK(decoded(ipv4_part({16, kEnd}), &fragments) == kFragment);
    CHECK(decoded(ipv4_part({0, 16}), &fragments) == kWhole4);
}

}  // namespace
}  // namespace deadpeer
