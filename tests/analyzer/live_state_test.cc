// What a live capture holds: snapshots leave it as it is, and what has ended goes.
#include "analyzer/live_story.h"
#include "analyzer/many_connections.h"
#include "analyzer/quiet_source.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

const std::string kOpen =
    "+0    A S  100:100(0)\n"
    "+0.01 B S. 200:200(0) ack 101\n"
    "+0.01 A .  101:101(0) ack 201\n";
const std::string kProbe = "+10   A .  100:100(0) ack 201\n";

constexpr Nanoseconds at(double seconds) {
    return static_cast<Nanoseconds>(seconds * 1000 + 0.5) * kMillisecond;
}

RecordingSink snapshot_of(LiveStory& story) {
    RecordingSink sink;
    const QuietSource source;
    const PacketSource* const sources[] = {&source};
    CHECK(story.analyzer().snapshot(sink, sources, [] {}).ok());
    return sink;
}

TEST_CASE("a snapshot tells how all stands, and changes nothing") {
    const std::string second = "endpoint C 10.0.0.1:40001\n+1 C>B S 1:1(0)\n+0.01 B>C S. 1:1(0) ack 2\n";
    LiveStory story(kOpen + second + kProbe + kProbe + kProbe);
    CHECK(story.told_until(at(22)) == "probes_unanswered");
    const RecordingSink early = snapshot_of(story);
    REQUIRE(early.flows.size() == 2);
    CHECK(early.flows[0].stream == 0);
    CHECK(early.flows[0].verdict == Verdict::kSuspect);
    CHECK(early.flows[1].stream == 1);
    CHECK(early.findings.empty());
    REQUIRE(early.inputs.size() == 1);
    CHECK(early.inputs[0].format == "live");
    CHECK(early.inputs[0].tcp_segments == 7);
    CHECK(early.run.connections == 2);

    CHECK(story.told_until(at(600)) == "peer_dead");
    const RecordingSink late = snapshot_of(story);
    CHECK(late.flows.at(0).verdict == Verdict::kPeerDead);
    CHECK(story.told_by_finish() == "");
    CHECK(story.sink().flows.size() == 2);
    CHECK(story.sink().run.connections == 2);
}

TEST_CASE("an ended connection is told and forgotten two minutes later") {
    LiveStory story(kOpen +
                    "+1 A F. 101:101(0) ack 201\n+0 B F. 201:201(0) ack 102\n+0 A . 102:102(0) ack 202\n");
    story.told_until(at(1.02));
    for (int second = 2; second <= 121; ++second) story.told_at_once(second * kSecond);
    CHECK(story.sink().flows.empty());
    for (int second = 122; second <= 160; ++second) story.told_at_once(second * kSecond);
    REQUIRE(story.sink().flows.size() == 1);
    CHECK(story.sink().flows[0].closed == Closed::kByFin);
    CHECK(snapshot_of(story).flows.empty());
    CHECK(story.told_by_finish() == "");
    CHECK(story.sink().flows.size() == 1);
    CHECK(story.sink().run.connections == 1);
}

TEST_CASE("what its host's other connections tell until then is told when it is forgotten") {
    const std::string text =
        "endpoint C 10.0.0.1:40001\nendpoint H 10.0.0.3:7000\nendpoint E 10.0.0.2:60001\n"
        "endpoint F 10.0.0.2:60002\nendpoint G 10.0.0.2:60003\n"
        "+0 C>B S 1:1(0)\n+0 B>C S. 1:1(0) ack 2\n" +
        kOpen + kProbe +
        "+0.01 B R 201:201(0) win 0\n+0.1 E>H S 1:1(0)\n+0.1 F>H S 1:1(0)\n+0.1 G>H S 1:1(0)\n"
        "+20 B>C P. 2:12(10) ack 2\n";
    LiveStory story(text);
    CHECK(story.told_until(at(30)) == "peer_rebooted");
    CHECK(story.told_until(at(130)) == "");
    std::string told;
    for (int second = 131; second <= 170; ++second) told += story.told_at_once(second * kSecond);
    CHECK(told == "verdict_changed peer_lost_state");
    CHECK(story.sink().flows.at(0).verdict == Verdict::kPeerLostState);
}

TEST_CASE("weeks of connections that come and go leave nothing behind") {
    RecordingSink sink;
    AnalyzerOptions options;
    options.segments = SegmentSelection::kNone;
    Analyzer analyzer(options, sink);
    analyzer.begin_input("eth0");
    ManyConnections traffic(analyzer);
    constexpr std::uint32_t kEachMinute = 500;
    std::size_t after_an_hour = 0;
    for (std::uint32_t minute = 0; minute < 600; ++minute) {
        const Nanoseconds now = ManyConnections::kStart + minute * 60 * kSecond;
        for (std::uint32_t i = 0; i < kEachMinute; ++i) {
            const std::uint32_t number = minute * kEachMinute + i;
            traffic.open(number, now);
            // A third is reset after unanswered probes, a third is closed, a third is never answered again.
            if (i % 3 == 0) traffic.send(number, true, kRst | kAck, 5000, 1000, now + kSecond);
            if (i % 3 == 1) {
                traffic.send(number, false, kFin | kAck, 1000, 5000, now + kSecond);
                traffic.send(number, true, kFin | kAck, 5000, 1001, now + kSecond);
            }
            if (i % 3 == 2) traffic.send(number, true, kRst, 5000, 0, now + kSecond);
        }
        traffic.flush();
        for (int second = 1; second <= 60; ++second) analyzer.advance_time(now + second * kSecond);
        if (minute % 60 != 59) continue;
        RecordingSink state;
        const QuietSource source;
        const PacketSource* const sources[] = {&source};
        REQUIRE(analyzer.snapshot(state, sources, [] {}).ok());
        CHECK(state.flows.size() <= 4 * kEachMinute);
        if (after_an_hour == 0) after_an_hour = state.run.memory_bytes;
        CHECK(state.run.memory_bytes == after_an_hour);
        CHECK(state.run.evicted_flows == 0);
    }
}

}  // namespace
}  // namespace deadpeer::test
