// LiveStory: a scenario as a live capture has it, stopped at any time.
//
//     LiveStory story("+0 A S 100:100(0)\n...");
//     CHECK(story.told_until(90 * kSecond) == "peer_dead");
//
// REQUIRES: at most as many frames as a batch holds.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "deadpeer/analyzer.h"
#include "deadpeer/names.h"
#include "support/recording_sink.h"
#include "support/scenario.h"

namespace deadpeer::test {

class LiveStory {
public:
    // Input 0 unless `input_of` tells another, out of `inputs`.
    using InputOf = std::function<std::uint32_t(const FrameView&)>;
    explicit LiveStory(std::string_view text, AnalyzerOptions options = {}, std::uint32_t inputs = 1,
                       InputOf input_of = {})
        : scenario_(parse_scenario(text)), analyzer_(options, sink_), input_of_(std::move(input_of)) {
        for (std::uint32_t i = 0; i < inputs; ++i) analyzer_.begin_input("input");
        ScenarioSource source(scenario_);
        source.next(frames_);
        start_ = frames_.frames[0].time;
    }

    // What is told in the time up to then, after the first frame: kinds of events, joined by a space.
    std::string told_until(Nanoseconds time) {
        const std::size_t before = sink_.findings.size();
        for (; next_ < frames_.count && frames_.frames[next_].time <= start_ + time; ++next_) {
            advance_to(frames_.frames[next_].time);
            const auto input = input_of_ ? input_of_(frames_.frames[next_]) : 0;
            analyzer_.consume(frames_.view().subspan(next_, 1), input);
        }
        advance_to(start_ + time);
        return told_since(before);
    }

    // The same without the steps on the way, as after a pause of the program.
    std::string told_at_once(Nanoseconds time) {
        const std::size_t before = sink_.findings.size();
        analyzer_.advance_time(start_ + time);
        return told_since(before);
    }

    // By the next frame, read at that time, whatever its own.
    std::string told_by_frame(Nanoseconds read_at) {
        const std::size_t before = sink_.findings.size();
        analyzer_.consume(frames_.view().subspan(next_++, 1), 0, start_ + read_at);
        return told_since(before);
    }

    std::string told_by_finish() {
        const std::size_t before = sink_.findings.size();
        if (!analyzer_.finish()) return "error";
        return told_since(before);
    }

    std::string told_of_gap(Nanoseconds from, Nanoseconds to, std::uint32_t input = 0) {
        const std::size_t before = sink_.findings.size();
        analyzer_.capture_gap({.input = input, .from = start_ + from, .to = start_ + to});
        return told_since(before);
    }

    // Those from that one on, the first being 0, are of another file, which numbers them anew. REQUIRES: two
    // inputs.
    void begin_file_with(std::size_t first) {
        for (std::size_t i = first; i < frames_.count; ++i) frames_.frames[i].number -= first;
        input_of_ = [this, first](const FrameView&) { return next_ < first ? 0U : 1U; };
    }

    Analyzer& analyzer() { return analyzer_; }
    const RecordingSink& sink() const { return sink_; }
    Nanoseconds since_start(Nanoseconds time) const { return time - start_; }

private:
    void advance_to(Nanoseconds time) {
        for (auto next = analyzer_.next_deadline(); next && *next < time; next = analyzer_.next_deadline()) {
            analyzer_.advance_time(*next);
        }
        analyzer_.advance_time(time);
    }

    std::string told_since(std::size_t first) const {
        std::string kinds;
        for (std::size_t i = first; i < sink_.findings.size(); ++i) {
            kinds += (kinds.empty() ? "" : " ") + std::string(to_string(sink_.findings[i].kind));
        }
        return kinds;
    }

    Scenario scenario_;
    RecordingSink sink_;
    Analyzer analyzer_;
    InputOf input_of_;
    FrameBatch frames_;
    std::size_t next_ = 0;
    Nanoseconds start_ = 0;
};

}  // namespace deadpeer::test
