// Every story in verdicts/, through the whole Analyzer: what each segment is, and what is concluded.
#include <algorithm>
#include <filesystem>

#include "report/cause/cause_names.h"
#include "report/cause/hypotheses.h"
#include "scenario/statements.h"
#include "scenario/story_file.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

RecordingSink analysis_of(const Scenario& scenario, WiresharkRelease release = AnalyzerOptions{}.wireshark) {
    RecordingSink sink;
    ScenarioSource source(scenario);
    AnalyzerOptions options;
    options.wireshark = release;
    options.segments = SegmentSelection::kAll;
    analyse(source, options, sink);
    return sink;
}

// What the rules decided must be open by the table of causes, too, and likelier than what they passed over.
std::vector<std::string> doubts(const RecordingSink& sink) {
    std::vector<std::string> lines;
    for (const FlowSummary& flow : sink.flows) {
        const Ended end = ended(flow);
        if (end.told == Cause::kNone) continue;
        const auto same = [&](Cause cause) {
            return std::ranges::find_if(hypotheses(), [&](const Hypothesis& one) {
                return one.ending == end.ending && one.cause == cause;
            });
        };
        const auto told = same(end.told);
        const auto next = weigh(end).alternatives[0];
        const std::string stream = "stream " + std::to_string(flow.stream) + ": ";
        if (!told->is_possible(end.clues)) {
            lines.push_back(stream + std::string(to_string(end.told)) + " is excluded");
        } else if (flow.confidence > Confidence::kLow && next != Cause::kNone &&
                   same(next)->score(end.clues) > told->score(end.clues)) {
            lines.push_back(stream + std::string(to_string(next)) + " is likelier than " +
                            std::string(to_string(end.told)));
        }
    }
    return lines;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += "  " + line + '\n';
    return text;
}

TEST_CASE("each story of the verdicts ends as it says") {
    std::size_t stories = 0;
    for (const auto& entry : std::filesystem::directory_iterator(VERDICTS_FOLDER)) {
        for (const Story& story : read_stories(entry.path())) {
            ++stories;
            INFO(entry.path().filename().string() << ": " << story.title);
            REQUIRE_FALSE(story.scenario.frames.empty());
            const RecordingSink sink = analysis_of(story.scenario);
            const std::string wrong = joined(contradictions(story.scenario, sink));
            CHECK(wrong == "");
            const std::string doubtful = joined(doubts(sink));
            CHECK(doubtful == "");
        }
    }
    CHECK(stories >= 1);
}

// Release 4.0 leaves a repeated SYN in its stream.
TEST_CASE("a stream that holds several tries is judged by the last") {
    const char* const text = R"(
=== refused twice, then accepted
+0     A S  1000:1000(0) win 64000
+0.01  B R. 0:0(0) ack 1001 win 0
+0.5   A S  1000:1000(0) => retransmission
+0.01  B R. 0:0(0) ack 1001 win 0
+0.5   A S  1000:1000(0) => retransmission
+0.01  B S. 5000:5000(0) ack 1001 win 64000
+0.01  A .  1001:1001(0) ack 5001
expect stream 0 verdict alive reason accepted_later closed open
=== refused each time
+0     A S  1000:1000(0) win 64000
+0.01  B R. 0:0(0) ack 1001 win 0
+0.5   A S  1000:1000(0) => retransmission
+0.01  B R. 0:0(0) ack 1001 win 0 => @last
expect stream 0 verdict peer_reset reason connection_refused side B frame @last closed rst
=== a SYN met by an older connection, reset, then accepted
+0     A S  1000:1000(0) win 64000
+0.01  B .  7000:7000(0) ack 90
+0.01  A R  90:90(0) win 0
+0.5   A S  1000:1000(0) win 64000 => retransmission
+0.01  B S. 5000:5000(0) ack 1001 win 64000 => retransmission
+0.01  A .  1001:1001(0) ack 5001
expect stream 0 verdict alive reason recent_traffic closed open
=== the older one was captured, too
+0     A S  100:100(0) win 64000
+0.01  B S. 7000:7000(0) ack 101 win 64000
+0.01  A .  101:101(0) ack 7001
+90    A S  900000:900000(0)
+0.01  B .  7001:7001(0) ack 101
+0.01  A R  101:101(0) win 0 => @rst
+0.5   A S  900000:900000(0) win 64000 => retransmission
+0.01  B S. 5000:5000(0) ack 900001 win 64000 => retransmission
+0.01  A .  900001:900001(0) ack 5001
expect stream 0 verdict peer_rebooted confidence low side A frame @rst closed rst
expect stream 1 verdict alive closed open
)";
    for (const Story& story : parse_stories(text)) {
        INFO(story.title);
        const RecordingSink told = analysis_of(story.scenario, WiresharkRelease::k4_0);
        CHECK(joined(contradictions(story.scenario, told)) == "");
    }
}

constexpr std::string_view kPlain =
    "+0 A S 100:100(0)\n+0.01 B S. 200:200(0) ack 101\n+0.01 A . 101:101(0) ack 201\n=== a story\n";

TEST_CASE("what is not as a story says is named with its line") {
    const auto wrong = [](const std::string& rest) {
        const Story story = parse_stories(std::string(kPlain) + rest).front();
        return joined(contradictions(story.scenario, analysis_of(story.scenario)));
    };
    CHECK(wrong("expect stream 0 verdict alive\n") == "");
    CHECK(wrong("expect stream 0 verdict idle\n") == "  line 5: verdict is alive, expected idle\n");
    CHECK(wrong("expect stream 1 verdict idle\n") ==
          "  line 5: there is no such stream\n  no statement about the verdict of stream 0: alive "
          "recent_traffic\n");
    CHECK(wrong("expect stream 0 verdict alive colour red\n") == "  line 5: 'colour' is no key here\n");
    CHECK(wrong("+5 A . 100:100(0) ack 201\nexpect stream 0 verdict alive\n") ==
          "  line 5: kind is keepalive_probe, expected ordinary\n");
    CHECK(wrong("expect stream 0 verdict alive\nexpect event peer_dead\n") ==
          "  line 6: there is no such event\n");
    CHECK(wrong("+1 A R 101:101(0)\nexpect stream 0 verdict peer_reset evidence 4,@x\n") ==
          "  line 6: evidence is 3,4, expected 4,unknown frame @x\n");
}

TEST_CASE("stories of one file share their beginning and keep their lines") {
    const auto stories =
        parse_stories("+0 A S 1:1(0)\n=== one\nrepeat 3\n+1 A . 2:2(0)\nend\n+2 A . 2:2(0)\n=== two\n");
    REQUIRE(stories.size() == 2);
    CHECK(stories[0].title == "one");
    REQUIRE(stories[0].scenario.frames.size() == 5);
    CHECK(stories[0].scenario.frames[3].line == 4);
    CHECK(stories[0].scenario.frames[4].line == 6);
    CHECK(stories[0].scenario.frames[4].time - stories[0].scenario.frames[0].time == 5 * kSecond);
    CHECK(stories[1].scenario.frames.size() == 1);
    CHECK_THROWS_WITH(parse_stories("=== one\nrepeat 3\n"), "line 2: 'repeat' lacks its 'end'");
    CHECK_THROWS_WITH(parse_stories("=== one\nrepeat 2\n+0 A . 2:2(0)\nend\n+1 A Q 1:1(0)\n"),
                      "line 5: 'Q' is no flag");
}

}  // namespace
}  // namespace deadpeer::test
