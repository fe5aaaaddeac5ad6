// AlertSink: hands events to --on-event and --syslog.
//
// What:     live each event at once, without waiting: what finds no room is counted, and so is what goes
//           beyond kMostInAMinute, which mail or a pager would not bear. Of files the events come in the
//           order of time, as in events.csv, when all have been told; then there is time to wait until the
//           command has read them; beyond kMostOfFiles they are counted, too.
// Lifetime: what it is given must outlive it.
// Threads:  one thread at a time.
// Errors:   what was not handed on is told through `complain`, live once a minute, and at the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/alerts/alerts.h"
#include "cli/alerts/event_lines.h"
#include "deadpeer/sink.h"

namespace deadpeer::cli {

class AlertSink final : public ReportSink {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::uint64_t kMostInAMinute = 600;
    static constexpr std::size_t kMostOfFiles = 20'000;

    struct Needs {
        std::function<void(const std::string&)> complain;
        // Live: how many frames an input has lost so far. Without it the events are those of files.
        std::function<std::uint64_t(std::uint32_t)> lost_frames = {};
    };

    AlertSink(Alerts& alerts, const CsvOptions& options, Needs needs);

    void on_input_begin(std::uint32_t file, const std::string& name) override;
    void on_input_end(std::uint32_t file, const InputSummary& summary) override;
    void on_finding(const Finding& finding) override;
    Status finish(const RunSummary& run) override;

    // Live: time passed.
    void turn(Clock::time_point now);

private:
    void hand_on(const Finding& finding, std::uint64_t lost_frames);
    void tell_left_out();

    Alerts& alerts_;
    Needs needs_;
    EventLines lines_;
    Named named_;
    std::vector<std::string> inputs_;
    std::vector<std::uint64_t> lost_;  // frames, by input
    std::vector<Finding> waiting_;     // of files
    bool is_read_ = true;              // the command reads what it gets
    Clock::time_point minute_ends_ = Clock::time_point::min();
    std::uint64_t in_this_minute_ = 0;
    std::uint64_t beyond_limit_ = 0;
    std::uint64_t without_room_ = 0;
    std::uint64_t not_logged_ = 0;
};

}  // namespace deadpeer::cli
