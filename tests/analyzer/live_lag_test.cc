// A live analysis that comes too late says the same, and as soon as it has caught up.
#include <algorithm>
#include <random>
#include <tuple>

#include "analyzer/mortal_traffic.h"
#include "deadpeer/analyzer.h"
#include "deadpeer/names.h"
#include "support/catch.h"
#include "support/recording_sink.h"

namespace deadpeer::test {
namespace {

constexpr Nanoseconds kEnd = MortalTraffic::kStart + 110 * kSecond;

// What is told, and at what time of the day.
struct TimedSink final : RecordingSink {
    Nanoseconds clock = MortalTraffic::kStart;
    std::vector<Nanoseconds> told_at;

    void on_finding(const Finding& finding) override {
        RecordingSink::on_finding(finding);
        told_at.push_back(clock);
    }
};

// The program as it follows the frames.
class Follower {
public:
    explicit Follower(const std::vector<MortalFrame>& frames) : frames_(frames), analyzer_({}, sink_) {
        for (const char* name : {"eth0", "eth1"}) analyzer_.begin_input(name);
        analyzer_.advance_time(MortalTraffic::kStart);
    }

    // Never too late for anything.
    void follow_until(Nanoseconds time) {
        for (; next_ < frames_.size() && frames_[next_].time <= time; ++next_) {
            advance_to(frames_[next_].time);
            consume(1);
        }
        advance_to(time);
    }

    // Sleeps until then, and takes what came meanwhile in pieces.
    void sleep_until(Nanoseconds time, std::mt19937_64& random) {
        sink_.clock = time;
        while (next_ < frames_.size() && frames_[next_].time <= time) {
            const std::size_t most = 1 + random() % FrameBatch::kCapacity;
            std::size_t count = 1;
            while (count < most && next_ + count < frames_.size() && frames_[next_ + count].time <= time &&
                   frames_[next_ + count].input == frames_[next_].input) {
                ++count;
            }
            consume(count);
            next_ += count;
            if (random() % 2 == 0) analyzer_.advance_time(frames_[next_ - 1].time);
        }
        analyzer_.advance_time(time);
    }

    void finish() { CHECK(analyzer_.finish().ok()); }
    [[nodiscard]] const TimedSink& sink() const { return sink_; }

private:
    void advance_to(Nanoseconds time) {
        for (auto next = analyzer_.next_deadline(); next && *next <= time; next = analyzer_.next_deadline()) {
            sink_.clock = std::max(sink_.clock, *next);
            analyzer_.advance_time(*next);
        }
        sink_.clock = time;
        analyzer_.advance_time(time);
    }

    void consume(std::size_t count) {
        FrameBatch batch;
        for (; batch.count < count; ++batch.count) {
            const MortalFrame& from = frames_[next_ + batch.count];
            FrameView& frame = batch.frames[batch.count];
            frame.data = from.bytes.data();
            frame.captured_length = frame.original_length = static_cast<std::uint32_t>(from.bytes.size());
            frame.time = from.time;
            frame.number = from.number;
            frame.interface = from.input;
            frame.link_type = 101;
        }
        analyzer_.consume(batch.view(), batch.frames[0].interface);
    }

    const std::vector<MortalFrame>& frames_;
    TimedSink sink_;
    Analyzer analyzer_;
    std::size_t next_ = 0;
};

std::vector<std::string> told(const TimedSink& sink) {
    std::vector<std::string> lines;
    for (const Finding& finding : sink.findings) {
        std::string line = std::to_string(finding.time - MortalTraffic::kStart) + ' ' +
                           std::string(to_string(finding.kind)) + ' ' +
                           std::string(to_string(finding.reason)) + " stream " +
                           std::to_string(finding.stream) + " count " + std::to_string(finding.count) + " of";
        for (std::size_t i = 0; i < finding.evidence_count; ++i) {
            line += ' ' + std::to_string(finding.evidence[i]);
        }
        lines.push_back(line);
    }
    return lines;
}

std::vector<std::tuple<std::uint64_t, Verdict, Reason, Nanoseconds>> verdicts(const TimedSink& sink) {
    std::vector<std::tuple<std::uint64_t, Verdict, Reason, Nanoseconds>> all;
    for (const FlowSummary& flow : sink.flows) {
        all.emplace_back(flow.stream, flow.verdict, flow.reason, flow.verdict_time);
    }
    return all;
}

TEST_CASE("pauses of the analysis change nothing that it says, and delay it by no more than themselves") {
    std::size_t events = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        INFO("seed " << seed);
        const std::vector<MortalFrame> frames = MortalTraffic::frames(seed, 60);
        Follower prompt(frames);
        prompt.follow_until(kEnd);
        prompt.finish();

        Follower late(frames);
        std::mt19937_64 random(seed);
        std::vector<Nanoseconds> due = prompt.sink().told_at;
        for (Nanoseconds now = MortalTraffic::kStart; now < kEnd;) {
            now += static_cast<Nanoseconds>(random() % (5 * kSecond));
            late.follow_until(std::min(now, kEnd));
            const Nanoseconds woken = now + static_cast<Nanoseconds>(random() % (10 * kSecond));
            for (Nanoseconds& time : due) {
                if (time > now && time <= woken) time = woken;
            }
            now = woken;
            late.sleep_until(std::min(now, kEnd), random);
        }
        late.finish();

        REQUIRE(told(late.sink()) == told(prompt.sink()));
        CHECK(verdicts(late.sink()) == verdicts(prompt.sink()));
        for (std::size_t i = 0; i < due.size(); ++i) {
            CHECK(late.sink().told_at[i] <= std::min(due[i], kEnd) + kSecond);
        }
        events += due.size();
    }
    CHECK(events > 1000);
}

}  // namespace
}  // namespace deadpeer::test
