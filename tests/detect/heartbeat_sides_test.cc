// Whose heartbeat it is, of which protocol, and what is kept of it.
#include "detect/heartbeat.h"

#include <vector>

#include "heartbeat_story.h"
#include "support/catch.h"

namespace {

using namespace deadpeer::heartbeat_story;
using deadpeer::Direction;
using deadpeer::Heartbeats;
using deadpeer::HeartbeatSummary;
using deadpeer::kMillisecond;
using deadpeer::kSecond;
using deadpeer::Segment;

}  // namespace

TEST_CASE("of two sides that beat, who begins the exchange has the heartbeat") {
    for (const Direction first : {kA, kB}) {
        Story story;
        for (int i = 0; i < 6; ++i) {
            story.say(first, i * kSecond, "ping");
            story.say(opposite(first), i * kSecond + 20 * kMillisecond, "pong");
        }
        const HeartbeatSummary summary = story.summary();
        REQUIRE(summary.found);
        CHECK(summary.answered);
        CHECK(summary.side == first);
        CHECK(summary.protocol == 1);
        CHECK(summary.sides[index(opposite(first))].protocol == 2);
    }
}

TEST_CASE("sides with periods of their own do not answer each other") {
    Story story;
    for (int i = 0; i < 60; ++i) {
        if (i % 7 == 0) story.say(kA, i * kSecond, "ping");
        if (i % 5 == 0) story.say(kB, i * kSecond + 100 * kMillisecond, "pong");
    }
    CHECK_FALSE(story.summary().answered);
    CHECK(story.summary().side == kB);
    CHECK(story.summary().sides[0].beating);
}

TEST_CASE("an answer names the protocol where the question is vague") {
    Story story;
    for (int i = 0; i < 6; ++i) {
        story.say(kA, i * kSecond, "vague");
        story.say(kB, i * kSecond + kMillisecond, "pong");
    }
    CHECK(story.summary().side == kA);
    CHECK(story.summary().protocol == 2);
}

TEST_CASE("the protocol is told by messages, not by segments") {
    Story split;
    for (int i = 0; i < 6; ++i) {
        split.say(kA, i * kSecond, "pi");
        split.say(kA, i * kSecond + kMillisecond, "ng");
    }
    CHECK(split.summary().protocol == 1);
}

TEST_CASE("beyond the memory cap candidates are refused and counted") {
    Heartbeats none({.max_payload = 64, .memory_cap = 1000, .protocol_of = protocol_of});
    Segment segment;
    segment.time = 0;
    segment.payload_length = 4;
    CHECK(none.observe(0, segment, {}, {}) == 0);
    CHECK(none.refused() == 1);

    constexpr std::size_t kCap = 100'000;
    Heartbeats some({.max_payload = 64, .memory_cap = kCap, .protocol_of = protocol_of});
    std::vector<Heartbeats::Id> ids;
    for (int i = 0; i < 1000; ++i) {
        const Heartbeats::Id id = some.observe(0, segment, {}, {});
        if (id != 0) ids.push_back(id);
    }
    CHECK(some.memory() <= kCap);
    CHECK(some.refused() + ids.size() == 1000);
    REQUIRE_FALSE(ids.empty());
    some.release(ids.back());
    CHECK(some.observe(0, segment, {}, {}) == ids.back());
}

TEST_CASE("what is released is forgotten") {
    Story story;
    story.beat(kA, 0, kSecond, 6, "ping");
    REQUIRE(story.found());
    story.heartbeats().release(story.id());
    Segment segment;
    segment.time = 0;
    segment.payload_length = 4;
    const Heartbeats::Id next = story.heartbeats().observe(0, segment, {}, {});
    CHECK(next == story.id());
    CHECK_FALSE(story.heartbeats().summary(next).found);
    CHECK_FALSE(story.heartbeats().summary(0).found);
}
