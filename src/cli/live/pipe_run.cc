#include "cli/live/pipe_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <utility>

#include "capture/file/stream_capture.h"
#include "capture/file/stream_clock.h"
#include "cli/live/begun_source.h"
#include "cli/readable_link_types.h"
#include "cli/signals.h"
#include "cli/standard_streams.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

// What a signal wakes while the first frames are waited for, or all of them.
std::atomic<const capture::StreamWait*> awake_on_signals = nullptr;

Settings as_live(const Settings& settings) {
    Settings live = settings;
    live.live = settings.pipe;
    live.analyzer.may_pause_unseen = true;
    return live;
}

// Of the first frame that has one.
Nanoseconds first_time(const FrameBatch& batch) {
    const auto found =
        std::ranges::find_if(batch.view(), [](const FrameView& frame) { return frame.time != kNoTime; });
    return found == batch.view().end() ? kNoTime : found->time;
}

std::string difference_text(Nanoseconds stamp, Nanoseconds wall) {
    if (stamp == kNoTime) return "its first frames have no time stamp";
    return fmt::format("its first frame is {:.1f} s {}",
                       std::abs(static_cast<double>(wall) - static_cast<double>(stamp)) / double{kSecond},
                       stamp < wall ? "old" : "ahead of this machine's clock");
}

}  // namespace

PipeRun::PipeRun(const Settings& settings, const Tables& tables, std::string path)
    : settings_(as_live(settings)), path_(std::move(path)), run_(settings_, tables) {}

PipeRun::~PipeRun() {
    set_wake(nullptr);
    awake_on_signals = nullptr;
}

void PipeRun::complain(const std::string& message) {
    print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
}

bool PipeRun::fail(ExitCode code, const std::string& why) {
    complain(why);
    code_ = worse_of(code_, code);
    return false;
}

bool PipeRun::begin(int descriptor, OpenOptions options) {
    auto wait = capture::StreamWait::open();
    if (!wait) return fail(ExitCode::kNothingRead, wait.error().message);
    wait_ = std::move(wait).value();
    awake_on_signals = wait_.get();
    set_wake([] { awake_on_signals.load()->wake(); });
    if (!run_.open_output() || !confine()) return false;
    options.descriptor = descriptor;
    options.wait = [this](int pipe) {
        if (stop_requested()) wait_->set_end(capture::StreamWait::Clock::now());
        return wait_->until_readable(pipe);
    };
    options.keep_waiting = [this] { return !stop_requested() && !wait_->is_over(); };
    read_first_frames(std::move(options));
    return decide();
}

bool PipeRun::confine() {
    auto confined = confine_for_pipe(settings_, run_.output().folders());
    if (!confined) return fail(ExitCode::kNotWritten, confined.error().message);
    sandbox_ = std::move(confined).value();
    if (!sandbox_.warning.empty() && !settings_.quiet) complain(sandbox_.warning);
    return true;
}

void PipeRun::read_first_frames(OpenOptions options) {
    source_ = open_capture(path_, options);
    while (source_ && source_.value()->next(*first_) == ReadStatus::kIdle && !stop_requested()) {
    }
}

bool PipeRun::decide() {
    // What is no capture, or an empty one, is told in the same words as of a file.
    if (!source_ || first_->count == 0 || !unreadable_link_type(*source_.value()).empty()) return true;
    const Nanoseconds stamp = first_time(*first_);
    const Nanoseconds wall =
        std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
    const bool page_alone = !settings_.html.empty() && settings_.output.empty();
    const bool book = std::ranges::any_of(settings_.csv.formats, [](Format f) { return info(f).is_book; });
    const bool only_at_the_end =
        page_alone || book || (settings_.to_standard_output() && settings_.report != Report::kEvents);
    live_ = settings_.pipe_is_live.value_or(capture::is_now(stamp, wall) && !only_at_the_end);
    if (live_ || settings_.only_live.empty()) return true;
    return fail(ExitCode::kUsage,
                fmt::format("{} goes with a capture that is live, and {}; --live says that it is one",
                            settings_.only_live, difference_text(stamp, wall)));
}

ExitCode PipeRun::follow() {
    const std::string name = path_ == "-" ? "standard input" : path_;
    if (settings_.verbose) complain(fmt::format("{} is live: what it brings is told as it comes", name));
    auto capture = std::make_unique<StreamCapture>(std::move(source_).value(), *wait_, *first_, name);
    return worse_of(code_, run_.follow(std::move(capture), path_, std::move(sandbox_)));
}

BegunPipe PipeRun::give_up() {
    BegunPipe begun = {std::move(source_), run_.give_up_folder(), run_.give_up_page(), std::move(sandbox_)};
    if (begun.source)
        begun.source = std::unique_ptr<PacketSource>(
            std::make_unique<BegunSource>(std::move(begun.source).value(), *first_));
    return begun;
}

}  // namespace deadpeer::cli
