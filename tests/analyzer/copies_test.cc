// What the capture holds more than once is counted once, and as a copy.
#include "support/catch.h"
#include "support/recording_sink.h"
#include "support/scenario.h"

namespace deadpeer::test {
namespace {

struct Counted {
    FlowSummary flow;
    std::uint64_t copies = 0;
};

Counted analysis_of(const Scenario& scenario) {
    RecordingSink sink;
    ScenarioSource source(scenario);
    analyse(source, AnalyzerOptions{}, sink);
    REQUIRE(sink.flows.size() == 1);
    REQUIRE(sink.inputs.size() == 1);
    return {sink.flows[0], sink.inputs[0].duplicate_frames};
}

// Each frame `times` times, `apart` from each other.
Scenario multiplied(Scenario scenario, int times, Nanoseconds apart) {
    std::vector<ScenarioFrame> frames;
    for (const ScenarioFrame& frame : scenario.frames) {
        for (int i = 0; i < times; ++i) {
            frames.push_back(frame);
            frames.back().time += i * apart;
        }
    }
    scenario.frames = std::move(frames);
    return scenario;
}

constexpr std::string_view kStory =
    "+0    A S  100:100(0)              <mss 1460, sackOK>\n"
    "+0.01 B S. 200:200(0)   ack 101    <mss 1460, sackOK>\n"
    "+0.01 A .  101:101(0)   ack 201\n"
    "+1    A P. 101:111(10)  ack 201\n"
    "+0.01 B .  201:201(0)   ack 111\n"
    "+0.01 B P. 201:231(30)  ack 111\n"
    "+0.01 A .  111:111(0)   ack 231\n"
    "+9    A .  110:110(0)   ack 231\n"
    "+0.01 B .  231:231(0)   ack 111\n"
    "+9    A .  110:110(0)   ack 231\n"
    "+0.01 B .  231:231(0)   ack 111\n"
    "+1    A F. 111:111(0)   ack 231\n"
    "+0.01 B R. 231:231(0)   ack 112\n";

TEST_CASE("of a frame from a bridge and its ports one is counted") {
    const Scenario plain = parse_scenario(kStory);
    const Counted once = analysis_of(plain);
    const Counted thrice = analysis_of(multiplied(plain, 3, 3 * kMicrosecond));
    CHECK(once.copies == 0);
    CHECK(thrice.copies == 2 * plain.frames.size());
    CHECK(once.flow.initiator_side.segments + once.flow.responder_side.segments == plain.frames.size());
    for (const auto side : {&FlowSummary::initiator_side, &FlowSummary::responder_side}) {
        const SideSummary& one = once.flow.*side;
        const SideSummary& three = thrice.flow.*side;
        CHECK(three.segments == one.segments);
        CHECK(three.payload_bytes == one.payload_bytes);
        CHECK(three.probes == one.probes);
        CHECK(three.probes_answered == one.probes_answered);
        CHECK(three.resets == one.resets);
    }
    CHECK(thrice.flow.verdict == once.flow.verdict);
    CHECK(thrice.flow.reason == once.flow.reason);
}

TEST_CASE("two RSTs that are alike answer two segments, unless the capture holds other frames twice") {
    const std::string begin =
        "+0    A S  100:100(0) id 7 <mss 1460>\n+0.01 B S. 200:200(0) ack 101 id 8 <mss 1460>\n"
        "+0.01 A .  101:101(0) ack 201\n";
    const std::string resets =
        "+10 A P. 101:111(10) ack 201\n+0 A P. 111:121(10) ack 201\n+0.01 B R 201:201(0) win 0 id 0\n"
        "+0  B R 201:201(0) win 0 id 0\n";
    const Counted alone = analysis_of(parse_scenario(begin + resets));
    CHECK(alone.copies == 0);
    CHECK(alone.flow.responder_side.segments == 3);
    const Counted among_copies =
        analysis_of(parse_scenario(begin + "+0 again\n+0 again\n+0 again\n" + resets));
    CHECK(among_copies.copies == 4);
    CHECK(among_copies.flow.responder_side.segments == 2);
}

TEST_CASE("the last ACK has no number on Linux: it is a copy where the others have copies") {
    const std::string story =
        "+0    A P. 101:111(10) ack 201 id 7\n+0.01 B . 201:201(0) ack 111 id 8\n"
        "+0.01 B .  201:201(0) ack 111 id 0\n";
    CHECK(analysis_of(multiplied(parse_scenario(story), 3, 3 * kMicrosecond)).copies == 6);
    CHECK(analysis_of(parse_scenario(story + "+0 again\n")).copies == 0);
}

// The second with fewer hops to go.
std::uint64_t copies_of_two(const std::string& first, const std::string& second) {
    return analysis_of(parse_scenario("endpoint A [2001:db8::1]:40000\nendpoint B [2001:db8::2]:80\n"
                                      "+0 A P. 101:111(10) ack 201 ttl 64 " +
                                      first + "\n+0.1 A P. 101:111(10) ack 201 ttl 63 " + second + "\n"))
        .copies;
}

TEST_CASE("over IPv6 time stamps tell a forwarded segment from one that was sent again") {
    CHECK(copies_of_two("<ts 1000 5>", "<ts 1000 5>") == 1);
    CHECK(copies_of_two("<ts 1000 5>", "<ts 1100 5>") == 0);
    CHECK(copies_of_two("", "") == 0);
}

}  // namespace
}  // namespace deadpeer::test
