// LiveRun: a live capture from its start to its end.
//
// What:    live_run.cc starts and finishes it; live_loop.cc is what it does in between. go() captures from
//          interfaces; who has a pipe calls open_output(), while there is the right to, and follow().
// Threads: one thread at a time.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/live/live_source.h"
#include "cli/confine.h"
#include "cli/exit_code.h"
#include "cli/live/link_event_forwarder.h"
#include "cli/live/live_output.h"
#include "cli/live/service_manager.h"
#include "cli/progress.h"
#include "cli/settings.h"
#include "cli/shortened_source.h"
#include "cli/standard_streams.h"
#include "cli/tables.h"
#include "deadpeer/analyzer.h"
#include "report/text/text.h"

namespace deadpeer::cli {

class LiveRun {
public:
    LiveRun(const Settings& settings, const Tables& tables)
        : settings_(settings),
          output_(settings, tables, [this](const std::string& message) { complain(message); }),
          frames_left_(settings.frame_limit),
          progress_(!settings.quiet && !settings.live->print && !settings.to_standard_output()) {}
    ~LiveRun();
    LiveRun(const LiveRun&) = delete;
    LiveRun& operator=(const LiveRun&) = delete;

    // Captures from the interfaces of the settings.
    ExitCode go();

    // Opens the folders of reports and metrics. False: code() says why.
    bool open_output() { return output_.open(); }
    [[nodiscard]] const LiveOutput& output() const { return output_; }
    // That of the reports, if there are any, for a run that is not live after all.
    std::unique_ptr<ReportFolder> give_up_folder() { return output_.give_up_folder(); }
    std::optional<ReplacedFile> give_up_page() { return output_.give_up_page(); }
    [[nodiscard]] ExitCode code() const { return worse_of(code_, output_.code()); }
    // Captures from that pipe. REQUIRES: open_output() answered true.
    ExitCode follow(std::unique_ptr<LiveSource> pipe, const std::string& name, Confinement sandbox);

private:
    using Clock = std::chrono::steady_clock;
    using milliseconds = std::chrono::milliseconds;

    std::unique_ptr<LiveCapture> open_capture();
    bool confine(LiveCapture& capture);
    void use(std::unique_ptr<LiveSource> capture, std::vector<std::string> names);
    ExitCode run();
    bool start();
    void watch();
    void pass_time();
    [[nodiscard]] milliseconds wait();
    bool take(ReadStatus status);
    void consume();
    void answer_signals();
    void rotate();
    void publish();
    void finish();
    void end_input(std::uint32_t input);
    Status snapshot(ReportSink& sink);
    [[nodiscard]] LiveOutput::Feed feed() {
        return [this](ReportSink& sink) { return snapshot(sink); };
    }
    void while_busy();
    void keep_up();
    void show_progress();

    void complain(const std::string& message) {
        progress_.clear();
        print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
    }
    void note(ExitCode code) { code_ = worse_of(code_, code); }
    std::nullptr_t fail_to_capture(const std::string& why) {
        complain(why);
        note(ExitCode::kNothingRead);
        return nullptr;
    }

    const Settings& settings_;
    ServiceManager service_;
    std::unique_ptr<LiveSource> capture_;
    std::vector<std::string> names_;          // of its inputs
    ReadStatus ended_as_ = ReadStatus::kEnd;  // what next() said last
    LiveOutput output_;
    std::unique_ptr<Analyzer> analyzer_;
    std::optional<LinkEventForwarder> links_;
    std::vector<const PacketSource*> inputs_;
    std::unique_ptr<ShortenedSource> shortened_;  // the input of the last frame that -c allows
    const std::unique_ptr<FrameBatch> batch_ = std::make_unique<FrameBatch>();
    std::optional<std::uint64_t> frames_left_;
    Progress progress_;
    ExitCode code_ = ExitCode::kOk;
    bool stopping_ = false;
    bool following_ = false;  // frames may be taken
    bool followed_ = false;   // while something took long: who woke the capture was not heard yet
    Clock::time_point next_turn_ = Clock::time_point::min();
    Clock::time_point next_publication_ = Clock::time_point::max();
    Confinement sandbox_;
};

}  // namespace deadpeer::cli
