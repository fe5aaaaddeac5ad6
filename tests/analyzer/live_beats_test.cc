// When a live capture tells that heartbeats have stopped, and tells it once more.
#include <algorithm>
#include <string>

#include "analyzer/live_story.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

constexpr Nanoseconds at(double seconds) {
    return static_cast<Nanoseconds>(seconds * 1000 + 0.5) * kMillisecond;
}

const std::string kOpen =
    "endpoint C 10.0.0.3:40002\n"
    "endpoint D 10.0.0.4:80\n"
    "+0    A S  100:100(0)\n"
    "+0.01 B S. 200:200(0) ack 101\n"
    "+0.01 A .  101:101(0) ack 201\n";

// One each ten seconds, and the acknowledgement: two frames each.
std::string beats(int first, int last) {
    std::string text;
    for (int i = first; i <= last; ++i) {
        const int seq = 101 + 5 * i;
        const std::string end = std::to_string(seq + 5);
        text += "+10 A P. " + std::to_string(seq) + ":" + end + "(5) ack 201\n";
        text += "+0 B . 201:201(0) ack " + end + "\n";
    }
    return text;
}

const std::string kOfOthers = "+0 C>D P. 500:510(10) ack 900\n";

TEST_CASE("a heartbeat that stops again, after a frame of the same number in another file") {
    // Frames 4 to 15 hold six beats, the last of them frame 14; so do frames 4 to 15 of the second file.
    LiveStory story(kOpen + beats(0, 5) + "+50 C>D P. 500:510(10) ack 900\n" + kOfOthers + kOfOthers +
                        beats(6, 11) + "+100 C>D P. 510:520(10) ack 900\n",
                    {}, 2);
    story.begin_file_with(15);
    CHECK(story.told_until(at(90.02) + 1) == "heartbeat_stopped");
    CHECK(story.sink().findings.back().frame == 14);
    CHECK(story.told_until(at(201)) == "heartbeat_stopped");
    CHECK(story.sink().findings.back().frame == 14);
    CHECK(story.told_by_finish() == "");
}

AnalyzerOptions of_pipe() {
    AnalyzerOptions options;
    options.may_pause_unseen = true;
    return options;
}

bool is_doubtful(const Finding& stopped) {
    return stopped.confidence == Confidence::kLow && (stopped.signs & kSignCapturePaused) != 0;
}

TEST_CASE("a heartbeat that stops in a pause of a pipe is told once more when the pipe goes on without it") {
    LiveStory story(kOpen + beats(0, 5) + "+60 C>D P. 500:510(10) ack 900\n", of_pipe());
    CHECK(story.told_until(at(90.02) + 1) == "heartbeat_stopped");
    CHECK(is_doubtful(story.sink().findings.back()));
    CHECK(story.told_until(at(120.02)) == "");
    REQUIRE(story.told_until(at(121)) == "heartbeat_stopped");
    CHECK(!is_doubtful(story.sink().findings.back()));
    CHECK(story.sink().findings.back().confidence == Confidence::kMedium);
    CHECK(story.told_until(at(300)) == "");
    CHECK(story.told_by_finish() == "");
}

TEST_CASE("a pipe that goes on with the beats that it had held back") {
    LiveStory story(kOpen + beats(0, 9), of_pipe());
    CHECK(story.told_until(at(61)) == "");
    CHECK(story.told_at_once(at(95)) == "heartbeat_stopped");
    CHECK(is_doubtful(story.sink().findings.back()));
    for (int frame = 0; frame < 8; ++frame) CHECK(story.told_by_frame(at(101)) == "");
    CHECK(story.told_until(at(110)) == "");
    CHECK(story.told_by_finish() == "");
}

TEST_CASE("what a RST answers has its row, after a frame of the same number that had one in another file") {
    AnalyzerOptions options;
    options.segments = SegmentSelection::kEvery;
    LiveStory story(kOpen +
                        "+1 A P. 101:111(10) ack 201\n+0.01 icmp host from 10.0.0.254 quotes "
                        "A P. 101:111(10) ack 201\n" +
                        kOfOthers + kOfOthers + kOfOthers + kOfOthers +
                        "+9 A P. 111:121(10) ack 201\n+0.01 B R 201:201(0) win 0\n",
                    options, 2);
    story.begin_file_with(5);
    story.told_until(at(20));
    CHECK(std::ranges::any_of(story.sink().segments, [](const SegmentRow& row) {
        return row.file == 1 && row.segment.frame == 5 && row.may_prove;
    }));
}

}  // namespace
}  // namespace deadpeer::test
