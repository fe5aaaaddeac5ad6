#include "support/scenario.h"

#include "decode/decode.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

using test::parse_scenario;
using test::Scenario;

Segment segment_of(const test::ScenarioFrame& from) {
    FrameView frame;
    frame.data = from.bytes.data();
    frame.captured_length = static_cast<std::uint32_t>(from.bytes.size());
    frame.original_length = from.original_length;
    frame.time = from.time;
    frame.number = 1;
    frame.link_type = 101;
    SegmentBatch batch;
    REQUIRE(decode(frame, 0, batch) == SkipReason::kNone);
    REQUIRE(batch.count == 1);
    return batch.segments[0];
}

std::string error_of(const std::string& text) {
    try {
        parse_scenario(text);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}

TEST_CASE("a segment line says every field") {
    const Scenario scenario = parse_scenario(
        "start 100\n"
        "+0.5 B FP. 5:8(3) ack 9 win 7 ttl 57 id 4711 hex 00ff10 <nop, ts 1 2, sack 5:9 11:12, wscale 3> "
        "=> one two=3\n");
    REQUIRE(scenario.frames.size() == 1);
    const test::ScenarioFrame& frame = scenario.frames[0];
    CHECK(frame.time == 100'500 * kMillisecond);
    CHECK(frame.expected == test::Words{"one", "two=3"});
    const Segment segment = segment_of(frame);
    CHECK(to_string(segment.source().address) == "10.0.0.2");
    CHECK(segment.source().port == 50000);
    CHECK(to_string(segment.destination().address) == "10.0.0.1");
    CHECK(segment.destination().port == 40000);
    CHECK(segment.flags == (kFin | kPsh | kAck));
    CHECK(segment.seq == 5);
    CHECK(segment.payload_length == 3);
    CHECK(segment.ack == 9);
    CHECK(segment.window == 7);
    CHECK(segment.ttl == 57);
    CHECK(segment.ip_id == 4711);
    CHECK(frame.bytes.back() == 0x10);
    CHECK(segment.tsval == 1);
    CHECK(segment.tsecr == 2);
    REQUIRE(segment.sack_blocks == 2);
    CHECK(segment.sack[1].left == 11);
    CHECK(segment.sack[1].right == 12);
    CHECK(segment.window_scale == 3);
}

TEST_CASE("what a line leaves out is as before") {
    const Scenario scenario = parse_scenario(
        "+0 A . 1:1(0)\n+1 A . 1:1(0) win 5\n+1 A - 1:1(0)\n-0.25 B . 1:1(0)\n7 again # once more\n");
    REQUIRE(scenario.frames.size() == 5);
    CHECK(segment_of(scenario.frames[0]).window == 1000);
    CHECK(segment_of(scenario.frames[2]).window == 5);
    CHECK(segment_of(scenario.frames[2]).flags == 0);
    CHECK(segment_of(scenario.frames[2]).ip_id == 2);
    CHECK(segment_of(scenario.frames[3]).ip_id == 0);
    CHECK(scenario.frames[3].time - scenario.frames[0].time == 1750 * kMillisecond);
    CHECK(scenario.frames[4].time - scenario.frames[0].time == 7 * kSecond);
    CHECK(scenario.frames[4].bytes == scenario.frames[3].bytes);
    CHECK(scenario.frames[4].line == 5);
    CHECK_FALSE(scenario.frames[4].expected.has_value());
}

TEST_CASE("other endpoints, IPv6 and cut captures") {
    const Scenario scenario = parse_scenario(
        "endpoint C [2001:db8::1]:443\nendpoint D [2001:db8::2]:5\n+0 D>C S 0:0(0) <mss 1460>\n"
        "+0 A P. 0:100(100) captured 40\nexpect stream 1 idle\n");
    const Segment segment = segment_of(scenario.frames[0]);
    CHECK(to_string(segment.source().address) == "2001:db8::2");
    CHECK(segment.destination().port == 443);
    CHECK(scenario.frames[1].bytes.size() == 40);
    CHECK(segment_of(scenario.frames[1]).payload_length == 100);
    REQUIRE(scenario.expectations.size() == 1);
    CHECK(scenario.expectations[0].words == test::Words{"stream", "1", "idle"});
    CHECK(scenario.expectations[0].line == 5);
}

TEST_CASE("an ICMP error quotes the segment it answers") {
    const Scenario scenario =
        parse_scenario("+0 icmp host from 10.0.0.254 quotes A . 99:99(0) ack 1 win 500\n");
    const std::vector<std::uint8_t>& bytes = scenario.frames[0].bytes;
    const std::vector<std::uint8_t> quote = parse_scenario("+0 A . 99:99(0) ack 1 win 500").frames[0].bytes;
    REQUIRE(bytes.size() == 20 + 8 + quote.size());
    CHECK(bytes[9] == 1);     // ICMP
    CHECK(bytes[15] == 254);  // from the router
    CHECK(bytes[19] == 1);    // to A
    CHECK(bytes[20] == 3);    // destination unreachable
    CHECK(bytes[21] == 1);    // host
    CHECK(std::equal(quote.begin(), quote.end(), bytes.begin() + 28));

    const Scenario v6 = parse_scenario(
        "endpoint A [2001:db8::1]:1\nendpoint B [2001:db8::2]:2\n"
        "+0 icmp port from 2001:db8::2 quotes A . 99:99(0)\n");
    CHECK(v6.frames[0].bytes[40] == 1);
    CHECK(v6.frames[0].bytes[41] == 4);
}

TEST_CASE("a mistake is named with its line") {
    CHECK(error_of("\n+0 A . 1:3(1)\n") == "line 2: '1:3(1)' does not end where it says");
    CHECK(error_of("+0 A Q 1:1(0)") == "line 1: 'Q' is no flag");
    CHECK(error_of("+0 C . 1:1(0)") == "line 1: endpoint C is not known");
    CHECK(error_of("+0 A . 1:1(0) wun 5") == "line 1: 'wun' is no attribute");
    CHECK(error_of("+0 A . 1:1(0) win 65536") == "line 1: '65536' is not a number that fits here");
    CHECK(error_of("+0 A . 1:1(0) ack") == "line 1: 'ack' lacks a value");
    CHECK(error_of("+0 A . 1:1(0) <mss>") == "line 1: option mss lacks a value");
    CHECK(error_of("+0 A . 1:1(0) <mss 5") == "line 1: the options lack their '>'");
    CHECK(error_of("+0 again") == "line 1: there is no frame before this one");
    CHECK(error_of("+0 A . 1:2(1) hex 0") == "line 1: '0' has half a byte");
    CHECK(error_of("+0.1234567891 A . 1:1(0)") == "line 1: '0.1234567891' has more than nine decimals");
    CHECK(error_of("nonsense") == "line 1: a segment needs a sender, flags and SEQ:END(LENGTH)");
}

}  // namespace
}  // namespace deadpeer
