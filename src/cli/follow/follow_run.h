// FollowRun: the files of a folder, each as soon as it is complete, as one capture.
//
// What:    nothing is known of the time after the last file: what silence decides is told once a later file
//          shows how long it lasted. Reports appear as those of a live capture do.
// Restart: the files are read again, as far as they are there, in the same order (FollowedFiles).
// Threads: one thread at a time.
// Errors:  told on standard error as they come; the exit code is the worst of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/file/stream_wait.h"
#include "capture/frame_filter.h"
#include "capture/open.h"
#include "cli/confine.h"
#include "cli/exit_code.h"
#include "cli/follow/follow_mark.h"
#include "cli/follow/followed_files.h"
#include "cli/follow/followed_folder.h"
#include "cli/live/live_output.h"
#include "cli/live/service_manager.h"
#include "cli/progress.h"
#include "cli/settings.h"
#include "cli/tables.h"
#include "deadpeer/analyzer.h"
#include "report/trouble.h"

namespace deadpeer::cli {

class FollowRun {
public:
    // `settings`: as of a live capture, with the folder in `follow`.
    FollowRun(const Settings& settings, const Tables& tables, capture::FrameFilter filter);
    ~FollowRun();
    FollowRun(const FollowRun&) = delete;
    FollowRun& operator=(const FollowRun&) = delete;

    ExitCode go();

private:
    using Clock = std::chrono::steady_clock;

    bool open();
    bool confine();
    bool start();
    [[nodiscard]] bool turn();
    bool open_next();
    void read_on();
    void end_file(ReadStatus status);
    void warn_of_overlap();
    void refuse(const std::string& why);
    std::uint32_t begin_input();
    void wait();
    void answer();
    void publish();
    void write_mark();
    void finish();
    [[nodiscard]] Status snapshot(ReportSink& sink);
    [[nodiscard]] LiveOutput::Feed feed() {
        return [this](ReportSink& sink) { return snapshot(sink); };
    }
    [[nodiscard]] OpenOptions options() const;
    [[nodiscard]] Nanoseconds now() const { return now_ == kNoTime ? started_ : now_; }

    void complain(const std::string& message);
    void note(ExitCode code) { code_ = worse_of(code_, code); }
    bool fail(ExitCode code, const std::string& why);
    [[nodiscard]] ExitCode code() const { return worse_of(code_, output_.code()); }

    const Settings& settings_;
    const capture::FrameFilter filter_;
    const capture::NameListener on_name_;
    const std::shared_ptr<capture::UnpackingMemory> unpacking_;
    FollowedFolder folder_;
    FollowedFiles& files_ = folder_.files();
    ServiceManager service_;
    LiveOutput output_;
    std::unique_ptr<capture::StreamWait> wait_;
    std::unique_ptr<FollowMark> mark_;  // null without -o DIR
    Trouble mark_trouble_;
    std::string written_mark_;
    Confinement sandbox_;
    std::unique_ptr<Analyzer> analyzer_;
    std::unique_ptr<PacketSource> source_;  // of the file that is read; null: none is
    FollowedFile file_;
    std::uint32_t input_ = 0;
    std::vector<std::uint64_t> lost_;  // frames, by input
    const std::unique_ptr<FrameBatch> batch_ = std::make_unique<FrameBatch>();
    Nanoseconds started_ = kNoTime;
    Nanoseconds now_ = kNoTime;  // by the frames; kNoTime before the first
    std::uint64_t frames_left_;  // -c
    bool overlap_told_ = false;
    Progress progress_;
    ExitCode code_ = ExitCode::kOk;
    Clock::time_point next_publication_ = Clock::time_point::min();
};

// REQUIRES: settings.follow names a folder.
ExitCode run_follow(const Settings& settings, const Tables& tables, const capture::FrameFilter& filter);

}  // namespace deadpeer::cli
