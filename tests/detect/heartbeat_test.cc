// The rule of a heartbeat at its limits, and what must not be taken for one.
#include "detect/heartbeat.h"

#include <string>
#include <vector>

#include "heartbeat_story.h"
#include "support/catch.h"

namespace {

using namespace deadpeer::heartbeat_story;
using deadpeer::HeartbeatSummary;
using deadpeer::kMillisecond;
using deadpeer::kNoTime;
using deadpeer::kSecond;
using deadpeer::Nanoseconds;

// A side that pauses as told, in milliseconds.
bool found_with_pauses(const std::vector<int>& pauses, std::size_t length = 4) {
    Story story;
    Nanoseconds time = kSecond;
    story.say(kA, time, std::string(length, '.'));
    for (const int pause : pauses) story.say(kA, time += pause * kMillisecond, std::string(length, '.'));
    return story.found();
}

}  // namespace

TEST_CASE("five beats are a heartbeat, four are not") {
    CHECK_FALSE(found_with_pauses({1000, 1000, 1000}));
    CHECK(found_with_pauses({1000, 1000, 1000, 1000}));
}

TEST_CASE("a heartbeat is told with its numbers") {
    Story story;
    story.beat(kA, 10 * kSecond, 60 * kSecond, 7);
    const HeartbeatSummary summary = story.summary();
    REQUIRE(summary.found);
    CHECK_FALSE(summary.answered);
    CHECK(summary.side == kA);
    CHECK(summary.protocol == 0);
    CHECK(summary.beating_side().beats == 7);
    CHECK(summary.beating_side().length == 4);
    CHECK(summary.beating_side().period == 60 * kSecond);
    CHECK(summary.beating_side().last_data.time == 370 * kSecond);
    CHECK(summary.beating_side().last_data.frame == 7);
    CHECK(summary.beating_side().gap.to.frame == 0);
    CHECK_FALSE(summary.sides[1].beating);
}

TEST_CASE("the period may vary by 10 %") {
    CHECK(found_with_pauses({9000, 11000, 9000, 11000}));
    CHECK_FALSE(found_with_pauses({9000, 11000, 9000, 11001}));
    CHECK(found_with_pauses({1004, 991, 1013, 987, 1000, 1021, 995}));
}

TEST_CASE("a beat has at most 64 bytes") {
    CHECK(found_with_pauses({1000, 1000, 1000, 1000}, 64));
    CHECK_FALSE(found_with_pauses({1000, 1000, 1000, 1000}, 65));
}

TEST_CASE("a beat's length may change by a byte at a time") {
    Story counter;
    const std::vector<std::string> digits = {"seq=8", "seq=9", "seq=10", "seq=11", "seq=12"};
    for (std::size_t i = 0; i < digits.size(); ++i) {
        counter.say(kA, static_cast<Nanoseconds>(i) * kSecond, digits[i]);
    }
    CHECK(counter.found());

    Story other;
    const std::vector<std::string> texts = {"ab", "abcd", "ab", "abcd", "ab", "abcd"};
    for (std::size_t i = 0; i < texts.size(); ++i)
        other.say(kA, static_cast<Nanoseconds>(i) * kSecond, texts[i]);
    CHECK_FALSE(other.found());
}

TEST_CASE("data without a pause of half a second are one message") {
    Story story;
    for (int i = 0; i < 6; ++i) {
        story.say(kA, i * kSecond, "he");
        story.say(kA, i * kSecond + 499 * kMillisecond, "art");
    }
    CHECK(story.summary().beating_side().beats == 6);
    CHECK(story.summary().beating_side().length == 5);
    CHECK(story.summary().beating_side().period == kSecond);

    Story halves;
    for (int i = 0; i < 6; ++i) {
        halves.say(kA, i * kSecond, "he");
        halves.say(kA, i * kSecond + 500 * kMillisecond, "rt");
    }
    CHECK(halves.summary().beating_side().beats == 12);
    CHECK(halves.summary().beating_side().period == kSecond / 2);
}

TEST_CASE("people at a keyboard are no heartbeat") {
    CHECK_FALSE(found_with_pauses({700, 1900, 560, 820, 3100, 610, 1400, 5200, 900, 640, 2000, 780}, 1));
}

TEST_CASE("questions at random times are no heartbeat") {
    CHECK_FALSE(
        found_with_pauses({1300, 4100, 800, 2500, 9000, 600, 700, 5200, 3300, 1900, 12000, 2100}, 32));
}

TEST_CASE("a regular stretch at the end of random times is no heartbeat") {
    const std::vector<int> random = {1300, 4100, 800, 2500, 9000, 600, 700, 5200, 3300, 1900, 12000, 2100};
    std::vector<int> pauses = random;
    pauses.insert(pauses.end(), {1000, 1000, 1000, 1000});
    CHECK_FALSE(found_with_pauses(pauses));
    // But it becomes one when it has outlasted the random part.
    pauses.insert(pauses.end(), random.size(), 1000);
    CHECK(found_with_pauses(pauses));
}

TEST_CASE("after much random talk a heartbeat is believed after 32 periods") {
    std::vector<int> pauses;
    for (int i = 0; i < 100; ++i) pauses.insert(pauses.end(), {700, 2000, 5000});
    pauses.insert(pauses.end(), 31, 1000);
    CHECK_FALSE(found_with_pauses(pauses));
    pauses.push_back(1000);
    CHECK(found_with_pauses(pauses));
}

TEST_CASE("after eight runs that other data ended, eight periods are needed") {
    Story story;
    Nanoseconds time = 0;
    for (int i = 0; i < 100; ++i)
        story.say(kA, time += kSecond, std::string(static_cast<std::size_t>(2 + i % 2 * 5), '.'));
    story.beat(kA, time + kSecond, kSecond, 8, "a beat of more bytes");
    CHECK_FALSE(story.found());
    story.say(kA, time + 9 * kSecond, "a beat of more bytes");
    CHECK(story.found());
}

TEST_CASE("bulk data are no heartbeat and leave nothing behind") {
    Story story;
    for (int i = 0; i < 20; ++i) {
        story.say(kA, i * kSecond, std::string(40, 'x'));
        for (int j = 1; j < 5; ++j) story.say(kA, i * kSecond + j * kMillisecond, std::string(1448, 'x'));
        CHECK(story.id() == 0);
    }
    CHECK_FALSE(story.found());
}

TEST_CASE("other data do not disturb a heartbeat that is established") {
    Story story;
    story.beat(kA, 0, kSecond, 5);
    story.say(kA, 4700 * kMillisecond, std::string(900, 'x'));
    story.beat(kA, 6 * kSecond, kSecond, 3);
    CHECK(story.found());
    CHECK(story.summary().beating_side().period == kSecond);
    CHECK(story.summary().beating_side().beats == 8);
}

TEST_CASE("messages of another length before are not part of it") {
    Story story;
    story.say(kA, 0, "connect and log in");
    story.say(kA, 600 * kMillisecond, "subscribe");
    story.beat(kA, 2 * kSecond, kSecond, 5);
    CHECK(story.summary().beating_side().beats == 5);
}

TEST_CASE("a beat sent again is counted once, and not later") {
    Story story;
    for (int i = 0; i < 6; ++i) {
        const std::uint32_t seq = story.next(kA);
        story.say(kA, i * kSecond, "beat");
        story.say_at(kA, i * kSecond + 600 * kMillisecond, seq, "beat");
    }
    CHECK(story.summary().beating_side().beats == 6);
    CHECK(story.summary().beating_side().period == kSecond);
    CHECK(story.summary().beating_side().last_data.time == 5 * kSecond);
}

TEST_CASE("a beat that the capture lost is not a longer period") {
    Story story;
    story.beat(kA, 0, kSecond, 3);
    story.set_next(kA, story.next(kA) + 4);
    story.beat(kA, 4 * kSecond, kSecond, 3);
    REQUIRE(story.found());
    CHECK(story.summary().beating_side().period == kSecond);
}

TEST_CASE("sequence numbers may wrap") {
    Story story;
    story.set_next(kA, 0xfffffff6);
    story.beat(kA, 0, kSecond, 6, "ping");
    CHECK(story.summary().beating_side().beats == 6);
    CHECK(story.summary().protocol == 1);
}

TEST_CASE("one missed beat is forgiven, not counted as a period") {
    Story story;
    story.beat(kA, 0, kSecond, 5);
    story.beat(kA, 6 * kSecond, kSecond, 3);
    REQUIRE(story.found());
    CHECK(story.summary().beating_side().period == kSecond);
    CHECK(story.summary().beating_side().gap.to.frame == 0);
}

TEST_CASE("a silence of more than 3 periods is told") {
    Story at_limit;
    at_limit.beat(kA, 0, kSecond, 5);
    at_limit.say(kA, 7 * kSecond, "beat");
    CHECK(at_limit.summary().beating_side().gap.to.frame == 0);

    Story beyond;
    beyond.beat(kA, 0, kSecond, 5);
    beyond.say(kA, 7 * kSecond + 1, "beat");
    REQUIRE(beyond.found());
    CHECK(beyond.summary().beating_side().gap.from.frame == 5);
    CHECK(beyond.summary().beating_side().gap.from.time == 4 * kSecond);
    CHECK(beyond.summary().beating_side().gap.to.frame == 6);
    CHECK(beyond.summary().beating_side().gap.to.time == 7 * kSecond + 1);
}

TEST_CASE("a heartbeat that stops leaves its last beat") {
    Story story;
    story.beat(kA, 0, kSecond, 8);
    const auto last = story.summary().beating_side().last_data;
    CHECK(last.time == 7 * kSecond);
    CHECK(last.frame == 8);
}

TEST_CASE("frames without a time are no beats") {
    Story story;
    story.beat(kA, kNoTime, 0, 8);
    CHECK_FALSE(story.found());
    story.beat(kA, 0, kSecond, 5);
    CHECK(story.found());
}

TEST_CASE("a clock that steps back costs one period") {
    Story story;
    story.beat(kA, 100 * kSecond, kSecond, 3);
    story.beat(kA, 50 * kSecond, kSecond, 3);
    CHECK(story.summary().beating_side().beats == 6);
    CHECK(story.summary().beating_side().period == kSecond);

    Story extreme;
    extreme.say(kA, deadpeer::kLatestTime, "beat");
    extreme.say(kA, deadpeer::kEarliestTime, "beat");
    extreme.say(kA, deadpeer::kLatestTime, "beat");
    CHECK_FALSE(extreme.found());
}
