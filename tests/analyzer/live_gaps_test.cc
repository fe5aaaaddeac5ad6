// What a live capture did not see is no part of anybody's silence.
#include "analyzer/inputs.h"
#include "analyzer/live_story.h"
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

TEST_CASE("no death is concluded from probes whose answers may have been missed") {
    LiveStory story(kOpen + kProbe + kProbe + kProbe);
    CHECK(story.told_until(at(31)) == "probes_unanswered");
    CHECK(story.told_of_gap(at(30.5), at(60)) == "capture_gap");
    CHECK(story.told_until(at(600)) == "");
    CHECK(story.told_by_finish() == "");
    CHECK(story.sink().flows[0].verdict == Verdict::kUnknown);
    CHECK(story.sink().flows[0].reason == Reason::kCaptureLoss);
}

TEST_CASE("a link that flaps for a moment, as when its other end loses power, hides no life of a host") {
    const std::string text =
        "endpoint C 10.0.0.1:40002\nendpoint D 10.0.0.2:80\n" + kOpen +
        "+0 C>D S 100:100(0)\n+0.01 D>C S. 200:200(0) ack 101\n+0.01 C>D . 101:101(0) ack 201\n"
        "+60 A . 100:100(0) ack 201\n+0.01 B R 201:201(0) win 0\n"
        "+1 C>D . 100:100(0) ack 201\n+0.01 D>C R 201:201(0) win 0\n";
    for (const bool moment : {true, false}) {
        LiveStory story(text);
        story.told_until(at(10));
        story.told_of_gap(at(10), at(moment ? 10.9 : 11));
        story.told_until(at(600));
        story.told_by_finish();
        CHECK(story.sink().flows[0].verdict == (moment ? Verdict::kPeerRebooted : Verdict::kPeerLostState));
        CHECK(story.sink().flows[1].verdict == (moment ? Verdict::kPeerRebooted : Verdict::kPeerLostState));
    }
}

// What was not captured makes the probes' gaps look as if they doubled.
TEST_CASE("probes after a gap count for themselves") {
    LiveStory story(kOpen + kProbe + kProbe + "+40 A . 100:100(0) ack 201\n" + kProbe + kProbe);
    CHECK(story.told_until(at(21)) == "probes_unanswered");
    CHECK(story.told_of_gap(at(21), at(50)) == "capture_gap");
    CHECK(story.told_until(at(110.02)) == "");
    CHECK(story.told_until(at(110.02) + 1) == "peer_dead");
}

TEST_CASE("a RST of the prober still counts") {
    LiveStory story(kOpen + kProbe + kProbe + kProbe + "+10 A R. 101:101(0) ack 201\n");
    CHECK(story.told_until(at(31)) == "probes_unanswered");
    CHECK(story.told_of_gap(at(31), at(38)) == "capture_gap");
    CHECK(story.told_until(at(40.52) - 1) == "");
    CHECK(story.told_until(at(40.52)) == "peer_dead");
}

TEST_CASE("the time of a gap does not count for a heartbeat") {
    std::string text = kOpen;
    for (int i = 0; i < 6; ++i) {
        const std::string end = std::to_string(106 + 5 * i);
        text += "+10 A P. " + std::to_string(101 + 5 * i) + ":" + end + "(5) ack 201\n";
        text += "+0 B . 201:201(0) ack " + end + "\n";
    }
    LiveStory story(text);
    CHECK(story.told_until(at(61)) == "");
    CHECK(story.told_of_gap(at(65), at(100)) == "capture_gap");
    CHECK(story.told_until(at(125.02)) == "");
    REQUIRE(story.told_until(at(125.02) + 1) == "heartbeat_stopped");
    CHECK(story.since_start(story.sink().findings.back().time) == at(125.02));
    CHECK(story.sink().findings.back().idle == 30 * kSecond + 1);
}

TEST_CASE("while a gap goes on nothing is concluded") {
    LiveStory story(kOpen + kProbe + kProbe + kProbe);
    CHECK(story.told_until(at(31)) == "probes_unanswered");
    const std::size_t before = story.sink().findings.size();
    for (const double down : {31, 32}) {  // it is gone as well
        story.analyzer().capture_gap({.from = 1'700'000'000 * kSecond + at(down)});
    }
    REQUIRE(story.sink().findings.size() == before + 1);
    CHECK(story.sink().findings.back().kind == EventKind::kCaptureGap);
    CHECK(story.sink().findings.back().idle == kNoTime);
    CHECK(story.told_until(at(86'400)) == "");
    ScenarioSource source(parse_scenario(kOpen));
    story.analyzer().end_input(0, source, InputSummary::Outcome::kTruncated);
    CHECK(story.sink().findings.size() == before + 1);  // it never came back
}

TEST_CASE("a gap names its link, and its end has a time of its own") {
    LiveStory story(kOpen);
    const Nanoseconds start = 1'700'000'000 * kSecond;
    story.told_until(at(10));
    story.analyzer().capture_gap({.from = start + at(10), .link = "eth0"});
    CHECK(story.since_start(story.sink().findings.back().time) == at(10));
    CHECK(story.sink().findings.back().link_name() == "eth0");
    story.told_until(at(13));
    story.analyzer().capture_gap({.from = start + at(10), .to = start + at(13), .link = "eth0"});
    CHECK(story.since_start(story.sink().findings.back().time) == at(13));
    CHECK(story.sink().findings.back().idle == at(3));
}

TEST_CASE("of several links that are missing each is told, and the gap ends with the last of them") {
    RecordingSink sink;
    Inputs inputs(sink);
    inputs.begin("any");
    const auto told = [&](const CaptureLoss& loss) {
        const std::size_t before = sink.findings.size();
        inputs.note_gap(loss);
        return sink.findings.size() - before;
    };
    CHECK(told({.from = 31, .part = 1}) == 1);
    CHECK(told({.from = 32, .part = 2}) == 1);
    CHECK(told({.from = 32, .part = 2}) == 0);
    CHECK(told({.from = 31, .to = 35, .part = 1}) == 1);
    CHECK(inputs.gaps().goes_on(0));
    CHECK(told({.from = 32, .to = 91, .part = 2, .returned = false}) == 0);
    REQUIRE(inputs.gaps().of(0).size() == 1);
    CHECK(inputs.gaps().of(0)[0].from == 31);
    CHECK(inputs.gaps().of(0)[0].to == 91);
}

// The news of the link overtakes frames that wait to be analysed.
TEST_CASE("what was due before a gap that goes on is told before it ends") {
    for (const double down : {46, 44}) {
        LiveStory story(kOpen + kProbe + kProbe + kProbe);
        story.told_until(at(9));
        story.analyzer().capture_gap({.from = 1'700'000'000 * kSecond + at(down)});
        CHECK(story.told_until(at(45)) == "probes_unanswered");
        CHECK(story.told_until(at(100)) == (down == 46 ? "peer_dead" : ""));
        CHECK(story.told_of_gap(at(down), at(100)) == "capture_gap");
        CHECK(story.told_by_finish() == "");
    }
}

// A tap gives each direction an interface.
std::uint32_t by_direction(const FrameView& frame) {
    constexpr std::size_t kLastByteOfSource = 15;
    return frame.data[kLastByteOfSource] == 1 ? 0 : 1;
}

TEST_CASE("a gap of either interface matters to a connection that is seen on both") {
    LiveStory both(kOpen + kProbe + kProbe + kProbe, {}, 2, by_direction);
    CHECK(both.told_until(at(25)) == "probes_unanswered");
    CHECK(both.told_of_gap(at(25), at(40), 1) == "capture_gap");
    CHECK(both.told_until(at(600)) == "");

    LiveStory other(kOpen + kProbe + kProbe + kProbe, {}, 2);
    CHECK(other.told_until(at(25)) == "probes_unanswered");
    CHECK(other.told_of_gap(at(25), at(40), 1) == "capture_gap");
    CHECK(other.told_until(at(600)) == "peer_dead");
}

AnalyzerOptions of_pipe() {
    AnalyzerOptions options;
    options.may_pause_unseen = true;
    return options;
}

const std::string kThreeProbes = "endpoint C 10.0.0.3:40002\nendpoint D 10.0.0.4:80\n" + kOpen +
                                 "+0 C>D P. 500:510(10) ack 900\n" + kProbe + kProbe + kProbe;

// Whether the latest event is one of low confidence, about a side that may just not have been captured.
bool is_doubtful(const LiveStory& story) {
    const Finding& latest = story.sink().findings.back();
    return latest.confidence == Confidence::kLow && latest.severity != Severity::kCritical &&
           (latest.signs & kSignCapturePaused) != 0;
}

TEST_CASE(
    "a pipe that brings nothing at all may be paused: who is called dead then is so with low confidence") {
    LiveStory story(kThreeProbes + "+60 C>D P. 510:520(10) ack 900\n", of_pipe());
    CHECK(story.told_until(at(45.02)) == "probes_unanswered");
    CHECK(story.told_until(at(45.02) + 1) == "peer_dead");
    CHECK(is_doubtful(story));
    CHECK(story.told_until(at(90)) == "");
    // What others send shows that it was not.
    CHECK(story.told_until(at(92)) == "");
    CHECK(story.told_until(at(93)) == "peer_dead");
    CHECK(story.sink().findings.back().severity == Severity::kCritical);
    CHECK(story.sink().findings.back().confidence == Confidence::kMedium);
    CHECK(story.told_by_finish() == "");
}

TEST_CASE("a link that is quiet is no pipe that may be paused") {
    LiveStory story(kThreeProbes);
    CHECK(story.told_until(at(46)) == "probes_unanswered peer_dead");
    CHECK(story.sink().findings.back().severity == Severity::kCritical);
}

TEST_CASE("a pipe that brings what others send meanwhile is not paused") {
    LiveStory story(kThreeProbes + "+10 C>D P. 510:520(10) ack 900\n", of_pipe());
    CHECK(story.told_until(at(46)) == "probes_unanswered peer_dead");
    CHECK(story.sink().findings.back().severity == Severity::kCritical);
    CHECK(story.told_until(at(200)) == "");
}

TEST_CASE("a pipe that goes on with the answer, which it had held back") {
    LiveStory story(kThreeProbes + "+0.001 B . 201:201(0) ack 101\n+60 C>D P. 510:520(10) ack 900\n",
                    of_pipe());
    CHECK(story.told_until(at(30.02)) == "probes_unanswered");
    CHECK(story.told_at_once(at(60)) == "peer_dead");
    CHECK(is_doubtful(story));
    CHECK(story.told_by_frame(at(60)) == "peer_recovered verdict_changed");
    CHECK(story.told_until(at(200)) == "");
    CHECK(story.told_by_finish() == "");
}

TEST_CASE("the end of a pipe that brought nothing more leaves it doubtful") {
    LiveStory story(kThreeProbes, of_pipe());
    story.told_until(at(100));
    CHECK(story.told_by_finish() == "");
    CHECK(story.sink().flows[0].verdict == Verdict::kPeerDead);
    CHECK(story.sink().flows[0].confidence == Confidence::kLow);
}

}  // namespace
}  // namespace deadpeer::test
