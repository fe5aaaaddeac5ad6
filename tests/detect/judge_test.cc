// What scenarios cannot turn one by one: each threshold of judge() at its limit, and its confidence.
#include "detect/judge.h"

#include "detect/give_up_timeout.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

constexpr auto kA = Direction::kFromLow;
constexpr auto kB = Direction::kFromHigh;
constexpr Nanoseconds kTick = 1;

// A probed B from 100 s on, every 10 s; B was heard at 40 s. The capture ends at `now`.
struct Bench {
    ConnectionFacts facts;
    WatchPools pools;
    Watch watch;
    CaptureFacts capture;
    HostSigns host;
    AnalyzerOptions options;

    Bench() {
        facts.heard = {50 * kSecond, 40 * kSecond};
        facts.last_time = 50 * kSecond;
        facts.last_frame = 9;
        capture.now = 50 * kSecond;
    }
    static Train train(std::uint32_t length, Nanoseconds gap = 10 * kSecond) {
        Train train;
        train.length = length;
        train.first_time = 100 * kSecond;
        train.last_time = 100 * kSecond + (length - 1) * gap;
        if (length > 1) train.first_gap = train.last_gap = gap;
        train.silence_before = 50 * kSecond;
        for (std::uint32_t i = 0; i < length; ++i) train.frames.add(10 + i);
        return train;
    }
    void probe(std::uint32_t length) {
        watch.sides[index(kA)].probes.in(pools.trains) = train(length);
        watch.sides[index(kA)].prober.in(pools.probers).longest_train = length;
    }
    void transmit(std::uint32_t length) {
        Train& sent = watch.sides[index(kA)].transmissions.in(pools.trains) = train(length);
        sent.first_gap = sent.last_gap / 2;
    }
    void reset(ResetRecord::Shape shape, Direction sender, Nanoseconds time = 200 * kSecond) {
        ResetRecord& reset = record();
        reset.shape = shape;
        reset.sender = sender;
        reset.time = time;
        reset.frame = 99;
        reset.sender_heard = 40 * kSecond;
        capture.now = time;
    }
    ResetRecord& record() { return watch.reset.in(pools.resets); }
    [[nodiscard]] Judgement judged() const { return judge(facts, &watch, capture, host, options); }
};

TEST_CASE("the train stopped: more than one and a half intervals of silence") {
    Bench bench;
    bench.probe(3);
    bench.capture.now = 135 * kSecond;
    CHECK(bench.judged().verdict == Verdict::kSuspect);
    bench.capture.now += kTick;
    const Judgement dead = bench.judged();
    CHECK(dead.verdict == Verdict::kPeerDead);
    CHECK(dead.confidence == Confidence::kMedium);
    CHECK(dead.side == kB);
    CHECK(dead.half_open == 95 * kSecond);
    CHECK(dead.frame == 12);
}

TEST_CASE("data: more than two of the last gaps of silence") {
    Bench bench;
    bench.transmit(3);
    bench.capture.now = 140 * kSecond;
    CHECK(bench.judged().verdict == Verdict::kSuspect);
    bench.capture.now += kTick;
    CHECK(bench.judged().verdict == Verdict::kPeerDead);
    bench.transmit(2);
    bench.capture.now = 900 * kSecond;
    CHECK(bench.judged().verdict == Verdict::kSuspect);
}

TEST_CASE("a side has given up when its patience, a second at least, has passed without a word") {
    Bench bench;
    const SideWatch& side = bench.watch.sides[index(kA)];
    const Nanoseconds last = 120 * kSecond;
    bench.probe(3);
    CHECK_FALSE(has_given_up(side, kNoTime, 0, last + 15 * kSecond));
    CHECK(has_given_up(side, kNoTime, 0, last + 15 * kSecond + kTick));
    CHECK_FALSE(has_given_up(side, kNoTime, kSecond, last + 16 * kSecond));
    CHECK(has_given_up(side, kNoTime, kSecond, last + 16 * kSecond + kTick));
    // The other side's own probe.
    CHECK_FALSE(has_given_up(side, last + 5 * kSecond, 0, last + 20 * kSecond));
    CHECK(has_given_up(side, last + 5 * kSecond, 0, last + 20 * kSecond + kTick));
    bench.watch.sides[index(kA)].probes.release(bench.pools.trains);
    bench.watch.sides[index(kA)].transmissions.in(bench.pools.trains) = Bench::train(3, 200 * kMillisecond);
    const Nanoseconds sent = 100 * kSecond + 400 * kMillisecond;
    CHECK_FALSE(has_given_up(side, kNoTime, 0, sent + kSecond));
    CHECK(has_given_up(side, kNoTime, 0, sent + kSecond + kTick));
}

TEST_CASE("a step of the clock makes silence no longer") {
    Bench bench;
    bench.probe(3);
    bench.capture.now = 135 * kSecond + 1000 * kSecond;
    bench.watch.step_back = 1000 * kSecond;
    CHECK(bench.judged().verdict == Verdict::kSuspect);
    bench.capture.now += kTick;
    CHECK(bench.judged().verdict == Verdict::kPeerDead);
    CHECK(bench.judged().confidence == Confidence::kLow);
}

TEST_CASE("frames a second out of order are a step of the clock, closer ones are not") {
    Bench bench;
    bench.probe(9);
    bench.reset(ResetRecord::Shape::kGaveUp, kA);
    bench.watch.step_back = kSecond - kTick;
    CHECK(bench.judged().confidence == Confidence::kHigh);
    bench.watch.step_back = kSecond;
    CHECK(bench.judged().confidence == Confidence::kMedium);
    CHECK((bench.judged().signs & kSignTimeWentBack) != 0);
}

TEST_CASE("frames that the capture says it lost lower the confidence") {
    Bench bench;
    bench.probe(9);
    bench.reset(ResetRecord::Shape::kGaveUp, kA);
    bench.capture.lost_frames = true;
    CHECK(bench.judged().verdict == Verdict::kPeerDead);
    CHECK(bench.judged().confidence == Confidence::kMedium);
}

TEST_CASE("a segment lost by the capture after the peer's last word undoes a verdict by silence") {
    Bench bench;
    bench.probe(3);
    bench.capture.now = 900 * kSecond;
    bench.watch.loss_time = 40 * kSecond;
    CHECK(bench.judged().verdict == Verdict::kPeerDead);
    bench.watch.loss_time = 40 * kSecond + kTick;
    CHECK(bench.judged().verdict == Verdict::kUnknown);
    CHECK(bench.judged().reason == Reason::kCaptureLoss);
    // An ICMP error is no silence.
    bench.watch.icmp_time = 120 * kSecond;
    bench.watch.icmp_frame = 50;
    bench.watch.icmp_of_host = true;
    CHECK(bench.judged().verdict == Verdict::kPeerDead);
}

TEST_CASE("an ICMP error counts from the first unanswered probe on, and raises the confidence") {
    Bench bench;
    bench.probe(3);
    bench.capture.now = 900 * kSecond;
    bench.watch.icmp_frame = 50;
    bench.watch.icmp_of_host = true;
    bench.watch.icmp_time = 100 * kSecond - kTick;
    CHECK(bench.judged().confidence == Confidence::kMedium);
    bench.watch.icmp_time = 100 * kSecond;
    CHECK(bench.judged().confidence == Confidence::kHigh);
    CHECK(bench.judged().evidence.frames[3] == 50);
    CHECK(bench.judged().verdict == Verdict::kPeerDead);
    bench.watch.icmp_of_host = false;
    CHECK(bench.judged().verdict == Verdict::kPathDead);
    CHECK(bench.judged().confidence == Confidence::kHigh);
}

TEST_CASE("three probes and a RST are a count, two a user timeout") {
    Bench bench;
    bench.probe(3);
    bench.reset(ResetRecord::Shape::kGaveUp, kA);
    CHECK(bench.judged().reason == Reason::kProbesExhausted);
    CHECK(bench.judged().confidence == Confidence::kHigh);
    bench.probe(2);
    CHECK(bench.judged().reason == Reason::kUserTimeout);
    CHECK(bench.judged().confidence == Confidence::kMedium);
    bench.probe(3);
    bench.watch.sides[index(kA)].prober.in(bench.pools.probers).longest_train = 4;
    CHECK(bench.judged().reason == Reason::kUserTimeout);
}

TEST_CASE("the peer's RST ends a train, not the silence before it") {
    Bench bench;
    bench.probe(5);
    bench.reset(ResetRecord::Shape::kNoSocket, kB);
    CHECK(bench.judged().verdict == Verdict::kPeerLostState);
    bench.record().shape = ResetRecord::Shape::kAbort;
    CHECK(bench.judged().verdict == Verdict::kPeerReset);
}

TEST_CASE("a reboot takes silence and a sign of a boot; whatever shows that the host was up excludes it") {
    Bench bench;
    bench.reset(ResetRecord::Shape::kNoSocket, kB);
    const auto judged = [&](Signs signs) {
        bench.host.signs = signs;
        return std::pair(bench.judged().verdict, bench.judged().confidence);
    };
    const auto rebooted = [](Confidence confidence) { return std::pair(Verdict::kPeerRebooted, confidence); };
    const auto forgot = [](Confidence confidence) { return std::pair(Verdict::kPeerLostState, confidence); };
    CHECK(judged(0) == forgot(Confidence::kLow));
    CHECK(judged(kSignHostSilent) == forgot(Confidence::kLow));
    CHECK(judged(kSignOthersLost | kSignAnnouncement) == forgot(Confidence::kLow));
    CHECK(judged(kSignHostSilent | kSignNewConnections) == rebooted(Confidence::kLow));
    CHECK(judged(kSignHostSilent | kSignOthersLost | kSignAnnouncement) == rebooted(Confidence::kHigh));
    for (const Signs sign : {kSignOthersLost, kSignAnnouncement}) {
        const Signs boot = kSignHostSilent | sign;
        CHECK(judged(boot) == rebooted(Confidence::kMedium));
        CHECK(judged(boot | kSignNewConnections) == rebooted(Confidence::kHigh));
        for (const Signs up : {kSignOlderSurvives, kSignHostHeard, kSignIpIdRanOn}) {
            CHECK(judged(boot | up) == forgot(Confidence::kMedium));
        }
        CHECK(judged(boot | kSignAddressMoved) == forgot(Confidence::kLow));
    }
    CHECK(judged(kSignHostSilent | kSignOthersLost | kSignManyHosts) == forgot(Confidence::kLow));
    CHECK(judged(kSignHostSilent | kSignAnnouncement | kSignManyHosts) == rebooted(Confidence::kMedium));
}

TEST_CASE("where a filter hides frames of hosts only an announcement tells a reboot") {
    Bench bench;
    bench.reset(ResetRecord::Shape::kNoSocket, kB);
    bench.options.frames_are_hidden = true;
    bench.host.signs = kSignHostSilent | kSignOthersLost;
    CHECK(bench.judged().verdict == Verdict::kPeerLostState);
    bench.host.signs |= kSignAnnouncement;
    CHECK(bench.judged().verdict == Verdict::kPeerRebooted);
}

TEST_CASE("a no-socket RST speaks of a host only after its silence") {
    Bench bench;
    bench.reset(ResetRecord::Shape::kNoSocket, kB, 40 * kSecond + bench.options.minimum_probe_silence);
    CHECK_FALSE(is_no_socket_reset(*bench.watch.reset, bench.options));
    CHECK(bench.judged().verdict == Verdict::kPeerReset);
    bench.record().time += kTick;
    CHECK(is_no_socket_reset(*bench.watch.reset, bench.options));
    CHECK(bench.judged().verdict == Verdict::kPeerLostState);
}

TEST_CASE("both ends are reset by a box if neither had spoken for a second") {
    Bench bench;
    bench.reset(ResetRecord::Shape::kAbort, kB, 41 * kSecond);
    bench.record().both_ends = true;
    bench.record().provoked_time = 30 * kSecond;
    CHECK(bench.judged().verdict == Verdict::kPeerReset);
    bench.record().time += kTick;
    CHECK(bench.judged().verdict == Verdict::kMiddleboxReset);
    CHECK(bench.judged().confidence == Confidence::kMedium);
    bench.record().ttl_differs = true;
    CHECK(bench.judged().confidence == Confidence::kHigh);
    bench.record().both_ends = false;
    CHECK(bench.judged().confidence == Confidence::kMedium);
    CHECK(bench.judged().reason == Reason::kTtlDiffers);
}

TEST_CASE("an open connection that nobody probes is idle from a silence on that can be chosen") {
    Bench bench;
    bench.options.idle_after = 60 * kSecond;
    bench.capture.now = 110 * kSecond - kTick;
    CHECK(judge(bench.facts, nullptr, bench.capture, bench.host, bench.options).verdict == Verdict::kAlive);
    bench.capture.now += kTick;
    const Judgement idle = judge(bench.facts, nullptr, bench.capture, bench.host, bench.options);
    CHECK(idle.verdict == Verdict::kIdle);
    CHECK(idle.confidence == Confidence::kHigh);
    CHECK(idle.reason == Reason::kNoKeepalive);
}

TEST_CASE("what comes first decides") {
    Bench bench;
    bench.probe(9);
    bench.reset(ResetRecord::Shape::kGaveUp, kA);
    bench.facts.superseded = true;
    CHECK(bench.judged().verdict == Verdict::kPeerDead);
    bench.facts.fin_from_both = true;
    CHECK(bench.judged().verdict == Verdict::kClosed);
    bench.facts.one_way = true;
    CHECK(bench.judged().verdict == Verdict::kUnknown);
    CHECK(bench.judged().reason == Reason::kOneWay);
}

}  // namespace
}  // namespace deadpeer
