// LinkEventForwarder: hands on what becomes of the links of a live capture: to the analysis as gaps, to the
// user as sentences.
//
// Lifetime: capture and analyzer must outlive it.
// Threads:  one thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "capture/live/live_source.h"
#include "cli/live/message_limit.h"
#include "deadpeer/analyzer.h"

namespace deadpeer::cli {

class LinkEventForwarder {
public:
    using Tell = std::function<void(const std::string&)>;

    // `last_words`: the loss of the only input ends the run, and is told then.
    LinkEventForwarder(LiveSource& capture, Analyzer& analyzer, bool last_words, Tell tell)
        : capture_(capture), analyzer_(analyzer), last_words_(last_words), tell_(std::move(tell)) {}

    // Takes all events there are. Call it before Analyzer::advance_time(), now and then.
    void take();

    // Ends the gaps that go on: the run is over.
    void end();

private:
    using Clock = std::chrono::steady_clock;

    void report(const LinkEvent& event, Clock::time_point now);
    void report_left_out(Clock::time_point now);

    LiveSource& capture_;
    Analyzer& analyzer_;
    bool last_words_;
    Tell tell_;
    Clock::time_point next_loss_note_ = Clock::time_point::min();
    MessageLimit limit_;
};

}  // namespace deadpeer::cli
