// Segments that cannot be analysed (cut, or in contradiction with themselves) are counted all the same.
#include "support/catch.h"
#include "support/recording_sink.h"
#include "support/scenario.h"

namespace deadpeer::test {
namespace {

constexpr Nanoseconds kStart = 1'700'000'000 * kSecond;

FlowSummary flow_of(const Scenario& scenario, WiresharkRelease release = WiresharkRelease::k4_4) {
    RecordingSink sink;
    ScenarioSource source(scenario);
    AnalyzerOptions options;
    options.wireshark = release;
    analyse(source, options, sink);
    REQUIRE(sink.flows.size() == 1);
    return sink.flows[0];
}

// Its header claims to be longer than the segment.
void contradict(ScenarioFrame& frame) {
    constexpr std::size_t kDataOffset = 20 + 12;
    frame.bytes.at(kDataOffset) |= 0xf0U;
}

TEST_CASE("segments that contradict themselves are counted, with their times") {
    Scenario scenario = parse_scenario("+0 A SPU 100:100(0)\n+2 A PU 100:100(0)\n+1 A PU 100:100(0)\n");
    for (ScenarioFrame& frame : scenario.frames) contradict(frame);
    const FlowSummary flow = flow_of(scenario);
    CHECK(flow.initiator_side.segments == 3);
    CHECK(flow.responder_side.segments == 0);
    CHECK(flow.one_way);
    CHECK(flow.first_time == kStart);
    CHECK(flow.last_time == kStart + 3 * kSecond);
    CHECK(flow.verdict == Verdict::kUnknown);
    CHECK(flow.reason == Reason::kNotAnalysed);
}

TEST_CASE("one that contradicts itself beside others is counted, and changes nothing else") {
    const std::string_view text =
        "+0 A S 100:100(0)\n+0.01 B S. 200:200(0) ack 101\n+0.01 A . 101:101(0) ack 201\n"
        "+1 A P. 101:106(5) ack 201\n+0.01 B . 201:201(0) ack 106\n";
    const FlowSummary plain = flow_of(parse_scenario(text));
    Scenario scenario = parse_scenario(std::string(text) + "+0.5 A F 9000:9000(0)\n");
    ScenarioFrame odd = scenario.frames.back();
    scenario.frames.pop_back();
    contradict(odd);
    odd.bytes.at(20 + 13) = 0x28;  // PU
    odd.time = scenario.frames[3].time;
    scenario.frames.insert(scenario.frames.begin() + 3, odd);
    const FlowSummary flow = flow_of(scenario);
    CHECK(flow.initiator_side.segments == plain.initiator_side.segments + 1);
    CHECK(flow.initiator_side.payload_bytes == plain.initiator_side.payload_bytes);
    CHECK(flow.responder_side.segments == plain.responder_side.segments);
    CHECK(flow.first_time == plain.first_time);
    CHECK(flow.last_time == plain.last_time);
    CHECK(flow.verdict == plain.verdict);
    CHECK(flow.reason == plain.reason);
}

TEST_CASE("of segments that were cut before the window the bytes are counted, too") {
    const FlowSummary flow = flow_of(
        parse_scenario("+0 A P. 100:150(50) ack 200 captured 34\n+1 B P. 200:207(7) ack 150 captured 34\n"
                       "+1 A P. 150:160(10) ack 207 captured 34\n"),
        WiresharkRelease::k4_6);
    CHECK(flow.initiator_side.segments + flow.responder_side.segments == 3);
    CHECK(flow.initiator_side.payload_bytes + flow.responder_side.payload_bytes == 67);
    CHECK_FALSE(flow.one_way);
    CHECK(flow.last_time - flow.first_time == 2 * kSecond);
    CHECK(flow.reason == Reason::kNotAnalysed);
}

TEST_CASE("segments without ACK are counted, with their times and bytes") {
    const FlowSummary flow =
        flow_of(parse_scenario("+0 A PU 100:105(5)\n+1 A - 105:107(2)\n+1 A SPU 99:99(0)\n"));
    CHECK(flow.initiator_side.segments == 3);
    CHECK(flow.initiator_side.payload_bytes == 7);
    CHECK(flow.last_time - flow.first_time == 2 * kSecond);
    CHECK(flow.reason == Reason::kOneWay);
}

}  // namespace
}  // namespace deadpeer::test
