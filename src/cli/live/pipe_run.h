// PipeRun: a pipe until it is known whether what comes is live.
//
//     PipeRun pipe(settings, tables, path);
//     if (!pipe.begin(descriptor, options)) return pipe.code();
//     if (pipe.is_live()) return pipe.follow();
//     BegunPipe begun = pipe.give_up();            // to be read as a file is
//
// What:     a capture is live if the time stamp of its first frame is now; --live and --offline say it
//           without. So the sandbox is one that both kinds of run can work in.
// Lifetime: settings, tables and the options' functions must outlive it, and it what give_up() gave.
// Threads:  one thread at a time.
// Errors:   told on standard error as they come; the exit code is the worst of them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "capture/file/stream_wait.h"
#include "capture/open.h"
#include "cli/confine.h"
#include "cli/exit_code.h"
#include "cli/live/live_loop.h"
#include "cli/settings.h"
#include "cli/tables.h"
#include "report/storage/replaced_file.h"

namespace deadpeer::cli {

// A pipe that is no live capture, with what was opened for it.
struct BegunPipe {
    Result<std::unique_ptr<PacketSource>> source;
    std::unique_ptr<ReportFolder> folder;  // null without -o DIR
    std::optional<ReplacedFile> page;      // of --html
    Confinement sandbox;
};

class PipeRun {
public:
    PipeRun(const Settings& settings, const Tables& tables, std::string path);
    ~PipeRun();
    PipeRun(const PipeRun&) = delete;
    PipeRun& operator=(const PipeRun&) = delete;

    // Opens the folders, gives up rights, and waits for the first frames. False: it cannot go on.
    bool begin(int descriptor, OpenOptions options);
    [[nodiscard]] bool is_live() const { return live_; }
    [[nodiscard]] ExitCode code() const { return worse_of(code_, run_.code()); }

    // REQUIRES: begin() answered true. Of the two only one, once.
    ExitCode follow();
    BegunPipe give_up();

private:
    bool confine();
    void read_first_frames(OpenOptions options);
    // False: it cannot be said, or must not be live.
    bool decide();
    static void complain(const std::string& message);
    bool fail(ExitCode code, const std::string& why);

    const Settings settings_;  // as of a live capture
    const std::string path_;
    std::unique_ptr<capture::StreamWait> wait_;
    LiveRun run_;
    Confinement sandbox_;
    Result<std::unique_ptr<PacketSource>> source_ = std::unique_ptr<PacketSource>();
    const std::unique_ptr<FrameBatch> first_ = std::make_unique<FrameBatch>();
    bool live_ = false;
    ExitCode code_ = ExitCode::kOk;
};

}  // namespace deadpeer::cli
