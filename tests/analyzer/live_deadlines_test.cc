// When a live capture tells what silence decides: each deadline one tick before it and at it.
#include "analyzer/live_story.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

const std::string kOpen =
    "+0    A S  100:100(0)\n"
    "+0.01 B S. 200:200(0) ack 101\n"
    "+0.01 A .  101:101(0) ack 201\n";
// At 10.02, 20.02, ... s.
const std::string kProbe = "+10   A .  100:100(0) ack 201\n";

constexpr Nanoseconds at(double seconds) {
    return static_cast<Nanoseconds>(seconds * 1000 + 0.5) * kMillisecond;
}

// Nothing is told before, all that is told is told then, and finish() has nothing to add.
void check_deadline(LiveStory& story, Nanoseconds deadline, const std::string& told) {
    CHECK(story.told_until(deadline - 1) == "");
    CHECK(story.told_until(deadline) == told);
    CHECK(story.told_until(deadline + 1) == "");
}

void check_deadline(const std::string& text, const std::string& told_before, Nanoseconds deadline,
                    const std::string& told) {
    LiveStory story(text);
    CHECK(story.told_until(deadline - kMillisecond) == told_before);
    check_deadline(story, deadline, told);
    CHECK(story.told_by_finish() == "");
}

TEST_CASE("probes: one and a half intervals after the last") {
    check_deadline(kOpen + kProbe + kProbe + kProbe, "probes_unanswered", at(45.02) + 1, "peer_dead");
}

TEST_CASE("two probes do not tell yet whether their gaps double") {
    check_deadline(kOpen + kProbe + kProbe, "probes_unanswered", at(42.52) + 1, "peer_dead");
}

TEST_CASE("probes whose gaps double: one and a half times the next gap") {
    check_deadline(kOpen + kProbe + "+1 A . 100:100(0) ack 201\n+2 A . 100:100(0) ack 201\n" +
                       "+4 A . 100:100(0) ack 201\n",
                   "probes_unanswered", at(29.02) + 1, "peer_dead");
}

TEST_CASE("the same while the 4-tuple is used again and nobody answers") {
    LiveStory story(kOpen + kProbe + kProbe + kProbe + "+5 A S 9000:9000(0)\n+1 A S 9000:9000(0)\n");
    CHECK(story.told_until(at(40)) == "probes_unanswered");
    check_deadline(story, at(45.02) + 1, "peer_dead");
    CHECK(story.told_by_finish() == "no_answer");
}

TEST_CASE("the same for a connection that goes on after an unheeded SYN") {
    const std::string syn =
        "+1 A S 9000:9000(0)\n+0.01 B . 201:201(0) ack 101\n+8.99 A . 100:100(0) ack 201\n";
    LiveStory story(kOpen + syn + kProbe + kProbe);
    CHECK(story.told_until(at(40)) == "probes_unanswered");
    check_deadline(story, at(45.02) + 1, "peer_dead");
    CHECK(story.told_by_finish() == "no_answer");
}

TEST_CASE("a SYN that nobody answers is told and dropped, the connection before it is not") {
    LiveStory story(kOpen + "+10 A S 9000:9000(0)\n+1 A S 9000:9000(0)\n+600 A . 100:100(0) ack 201\n" +
                    kProbe + kProbe);
    CHECK(story.told_until(at(600)) == "");  // more of these SYNs may show a scan
    CHECK(story.told_until(at(601)) == "no_answer");
    CHECK(story.told_until(at(631.02)) == "probes_unanswered");
    CHECK(story.told_until(at(700)) == "peer_dead");
    CHECK(story.told_by_finish() == "");
    REQUIRE(story.sink().flows.size() == 2);
    CHECK(story.sink().flows[0].stream == 1);
    CHECK(story.sink().flows[1].verdict == Verdict::kPeerDead);
}

TEST_CASE("an ACK of the other side just before the deadline: nobody is dead") {
    LiveStory story(kOpen + kProbe + kProbe + "+20 B . 201:201(0) ack 101\n");
    CHECK(story.told_until(at(100)) == "probes_unanswered");
    CHECK(story.told_by_finish() == "");
}

TEST_CASE("each outage is told") {
    const std::string probes =
        "+10 A . 110:110(0) ack 201\n+2 A . 110:110(0) ack 201\n+2 A . 110:110(0) ack 201\n";
    const std::string exchange = "+5 A P. 111:121(10) ack 201\n+0.01 B . 201:201(0) ack 121\n";
    LiveStory story(kOpen + "+1 A P. 101:111(10) ack 201\n+0.01 B . 201:201(0) ack 111\n" + probes +
                    exchange +
                    "+10 A . 120:120(0) ack 201\n+2 A . 120:120(0) ack 201\n+2 A . 120:120(0) ack 201\n");
    CHECK(story.told_until(at(100)) ==
          "probes_unanswered peer_dead peer_recovered verdict_changed probes_unanswered peer_dead");
    CHECK(story.told_by_finish() == "");
}

TEST_CASE("retransmissions: twice the last gap, and a quarter of it for a coarse timer") {
    const std::string data = "A P. 101:111(10) ack 201\n";
    LiveStory story(kOpen + "+1 " + data + "+1 " + data + "+2 " + data + "+4 " + data);
    check_deadline(story, at(17.02) + 1, "peer_dead");
    CHECK(story.since_start(story.sink().findings[0].time) == at(16.02));
    CHECK(story.told_by_finish() == "");
}

TEST_CASE("a sender that sends again in time is not given up") {
    const std::string data = "A P. 101:111(10) ack 201\n";
    LiveStory story(kOpen + "+1 " + data + "+1 " + data + "+2 " + data + "+4 " + data + "+8.9 " + data);
    CHECK(story.told_until(at(17.92)) == "");
}

TEST_CASE("a RST settles for half a second") {
    check_deadline(kOpen + kProbe + kProbe + kProbe + "+10 A R. 101:101(0) ack 201\n", "probes_unanswered",
                   at(40.52), "peer_dead");
    check_deadline(kOpen + "+10 B R. 201:201(0) ack 101\n", "", at(10.52), "peer_reset");
}

TEST_CASE("a host without other connections is not waited for") {
    check_deadline(kOpen + kProbe + "+0.01 B R 201:201(0) win 0\n", "", at(10.53), "peer_lost_state");
}

// B holds A and, for longer, C; a probe of A meets no socket at 10.03 s.
const std::string kTwo =
    "endpoint C 10.0.0.1:40001\n"
    "+0     C>B S  100:100(0)\n"
    "+0     B>C S. 200:200(0) ack 101\n"
    "+0     C>B .  101:101(0) ack 201\n" +
    kOpen;
const std::string kForgotten = "+10 A . 100:100(0) ack 201\n+0.01 B R 201:201(0) win 0\n";

TEST_CASE("a silent connection is given five seconds to tell what became of its host") {
    check_deadline(kTwo + kForgotten, "", at(15.03), "peer_lost_state");
}

TEST_CASE("one that carries on tells that its host did not reboot") {
    check_deadline(kTwo + kForgotten + "+1.2 B>C P. 201:211(10) ack 101\n", "", at(11.53), "peer_lost_state");
}

const std::string kBurst =
    "endpoint H 10.0.0.3:7000\nendpoint E 10.0.0.2:60001\nendpoint F 10.0.0.2:60002\n"
    "endpoint G 10.0.0.2:60003\n+0.1 E>H S 1:1(0)\n+0.1 F>H S 1:1(0)\n+0.1 G>H S 1:1(0)\n";

TEST_CASE("one that carries on too late corrects what was told") {
    LiveStory story(kTwo + kForgotten + kBurst + "+20 B>C P. 201:211(10) ack 101\n");
    CHECK(story.told_until(at(40)) == "peer_rebooted");
    CHECK(story.told_by_finish() == "verdict_changed peer_lost_state no_answer no_answer no_answer");
}

TEST_CASE("what shows only later that the host rebooted is told ten seconds after the RST") {
    LiveStory story(kBurst.substr(0, kBurst.find("+0.1")) + kOpen + kProbe +
                    "+0.01 B R 201:201(0) win 0\n+2" + kBurst.substr(kBurst.find(" E>H")));
    CHECK(story.told_until(at(20.03)) == "peer_lost_state");
    CHECK(story.told_until(at(26)) == "verdict_changed peer_rebooted");
    CHECK(story.told_by_finish() == "no_answer no_answer no_answer");
}

TEST_CASE("a reboot is told once, five seconds after the first connection was reset") {
    const std::string probe_of_c = "+1 C>B . 100:100(0) ack 201\n+0.01 B>C R 201:201(0) win 0\n";
    LiveStory story(kTwo + kForgotten + probe_of_c);
    CHECK(story.told_until(at(14)) == "peer_rebooted peer_rebooted");
    check_deadline(story, at(15.03), "host_rebooted");
    CHECK(story.sink().findings.back().count == 2);
    CHECK(story.told_by_finish() == "");
}

TEST_CASE("a heartbeat has stopped after three periods") {
    std::string text = kOpen;
    for (int i = 0; i < 6; ++i) {
        const auto seq = 101 + 5 * i;
        text += "+10 A P. " + std::to_string(seq) + ":" + std::to_string(seq + 5) + "(5) ack 201\n";
        text += "+0 B . 201:201(0) ack " + std::to_string(seq + 5) + "\n";
    }
    check_deadline(text, "", at(90.02) + 1, "heartbeat_stopped");
}

TEST_CASE("what came back may die again") {
    LiveStory story(kOpen + kProbe + kProbe + kProbe + "+20 A . 100:100(0) ack 201\n" +
                    "+0.01 B . 201:201(0) ack 101\n" + kProbe + kProbe + kProbe);
    CHECK(story.told_until(at(50)) == "probes_unanswered peer_dead");
    CHECK(story.told_until(at(51)) == "peer_recovered verdict_changed");
    CHECK(story.told_until(at(500)) == "probes_unanswered peer_dead");
    CHECK(story.told_by_finish() == "");
}

TEST_CASE("what takes back an event names it, what holds now, and the frame") {
    LiveStory story(kOpen + kProbe + kProbe + kProbe + "+20 A . 100:100(0) ack 201\n" +
                    "+0.01 B . 201:201(0) ack 101\n");
    CHECK(story.told_until(at(51)) == "probes_unanswered peer_dead peer_recovered verdict_changed");
    const Finding change = story.sink().findings.back();
    CHECK(change.taken_back == EventKind::kPeerDead);
    CHECK(change.now == Verdict::kAlive);
    CHECK(change.reason == Reason::kRecovered);
    CHECK(change.subject.address == story.sink().findings[1].subject.address);
    CHECK(change.frame == story.sink().findings[2].frame);
    CHECK(change.severity == Severity::kInfo);
    CHECK(story.told_by_finish() == "");
}

TEST_CASE("a RST that its receiver ignored is taken back half a second after the connection went on") {
    LiveStory story(kOpen + "+10 B R 201:201(0) win 0\n+20 A P. 101:111(10) ack 201\n" +
                    "+0.01 B P. 201:211(10) ack 111\n");
    CHECK(story.told_until(at(20)) == "peer_reset");
    CHECK(story.told_until(at(30.4)) == "");
    CHECK(story.told_until(at(30.6)) == "verdict_changed");
    CHECK(story.sink().findings.back().taken_back == EventKind::kPeerReset);
    CHECK(story.told_by_finish() == "");
    CHECK(story.sink().flows.at(0).verdict == Verdict::kAlive);
}

TEST_CASE("after a pause everything due is told at once") {
    LiveStory story(kOpen + kProbe + kProbe + kProbe);
    CHECK(story.told_until(at(31)) == "probes_unanswered");
    CHECK(story.told_at_once(at(86'400)) == "peer_dead");
    CHECK(story.since_start(story.sink().findings.back().time) == at(45.02));
}

TEST_CASE("a time stamp from after the frame was read makes nothing due") {
    LiveStory story(kOpen + kProbe + kProbe + kProbe + "endpoint C 10.0.0.9:1\n+3600 C>B S 1:1(0)\n");
    CHECK(story.told_until(at(31)) == "probes_unanswered");
    CHECK(story.told_by_frame(at(32)) == "");
    CHECK(story.told_until(at(45.02)) == "");
    CHECK(story.told_until(at(45.02) + 1) == "peer_dead");
}

TEST_CASE("segments that overtook each other put a deadline off, not out") {
    const std::string early = "-0.002 B . 201:201(0) ack 101\n+0.002 A . 101:101(0) ack 201\n";
    LiveStory story(kOpen + "+1 A P. 101:101(0) ack 201\n" + early + kProbe + kProbe + kProbe);
    CHECK(story.told_until(at(46)) == "probes_unanswered");
    CHECK(story.told_until(at(47)) == "peer_dead");
}

TEST_CASE("next_deadline() names the times") {
    LiveStory story(kOpen + kProbe + kProbe + kProbe);
    CHECK_FALSE(story.analyzer().next_deadline());
    story.told_until(at(31));
    const auto next = story.analyzer().next_deadline();
    REQUIRE(next);
    story.told_until(at(46));
    CHECK_FALSE(story.analyzer().next_deadline());
}

}  // namespace
}  // namespace deadpeer::test
