#include "cli/follow/follow_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <limits>
#include <utility>

#include "cli/early_end.h"
#include "cli/frame_limit.h"
#include "cli/readable_link_types.h"
#include "cli/refused_source.h"
#include "cli/signals.h"
#include "cli/standard_streams.h"
#include "report/live/live_reports.h"
#include "report/text/text.h"

namespace deadpeer::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr seconds kLongestWait{5};
constexpr Nanoseconds kDisorder = kSecond;  // of frames that several interfaces captured

std::atomic<const capture::StreamWait*> awake_on_signals = nullptr;

Nanoseconds wall_clock() {
    return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

FollowRun::FollowRun(const Settings& settings, const Tables& tables, capture::FrameFilter filter)
    : settings_(settings),
      filter_(std::move(filter)),
      on_name_(name_listener(tables)),
      unpacking_(std::make_shared<capture::UnpackingMemory>(settings.unpacking_bytes)),
      folder_(settings.follow, options(),
              [this](const std::string& what) {
                  complain(what);
                  note(ExitCode::kIncomplete);
              }),
      output_(settings, tables, [this](const std::string& message) { complain(message); }),
      mark_trouble_([this](const std::string& message) { complain(message); }),
      frames_left_(settings.frame_limit.value_or(std::numeric_limits<std::uint64_t>::max())),
      progress_(!settings.quiet && !settings.live->print && !settings.to_standard_output()) {}

FollowRun::~FollowRun() {
    set_wake(nullptr);
    awake_on_signals = nullptr;
}

void FollowRun::complain(const std::string& message) {
    progress_.clear();
    print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
}

bool FollowRun::fail(ExitCode code, const std::string& why) {
    complain(why);
    note(code);
    return false;
}

ExitCode FollowRun::go() {
    if (!open() || !confine() || !start()) return code();
    service_.ready();
    while (turn()) answer();
    service_.stopping();
    finish();
    return code();
}

bool FollowRun::open() {
    install_statistics_signal_handler();
    std::signal(SIGIO, SIG_IGN);  // writers_of()
    auto wait = capture::StreamWait::open();
    if (!wait) return fail(ExitCode::kNothingRead, wait.error().message);
    wait_ = std::move(wait).value();
    awake_on_signals = wait_.get();
    set_wake([] { awake_on_signals.load()->wake(); });
    if (const Status opened = folder_.open(); !opened)
        return fail(ExitCode::kNothingRead, opened.error().message);
    if (!output_.open()) return false;
    if (settings_.output.empty() || settings_.to_standard_output()) return true;
    auto mark = FollowMark::open(settings_.output);
    if (!mark) return fail(ExitCode::kNotWritten, mark.error().message);
    mark_ = std::move(mark).value();
    return true;
}

bool FollowRun::confine() {
    auto confined = confine_for_pipe(settings_, output_.folders(), {settings_.follow});
    if (!confined) return fail(ExitCode::kNotWritten, confined.error().message);
    sandbox_ = std::move(confined).value();
    if (!sandbox_.warning.empty()) complain(sandbox_.warning);
    return true;
}

bool FollowRun::start() {
    const std::size_t missing = folder_.begin(mark_ != nullptr ? mark_->read() : std::string());
    if (missing > 0) {
        complain(fmt::format("{} file{} that an earlier run took {} gone; what {} showed is in its reports",
                             missing, missing == 1 ? "" : "s", missing == 1 ? "is" : "are",
                             missing == 1 ? "it" : "they"));
    }
    LiveOutput::Needs needs;
    needs.meanwhile = [this] { service_.keep_alive(Clock::now()); };
    needs.lost_frames = [this](std::uint32_t input) { return lost_[input]; };
    needs.one_input = settings_.follow;
    needs.alerts = &sandbox_.alerts;
    if (!files_.empty()) started_ = files_.next().first_time;
    if (started_ == kNoTime) started_ = wall_clock();
    if (!output_.start(started_, std::move(needs))) return false;
    analyzer_ = std::make_unique<Analyzer>(settings_.analyzer, output_.sink());
    progress_.begin(settings_.follow);
    publish();
    return true;
}

OpenOptions FollowRun::options() const {
    OpenOptions options;
    options.filter = filter_;
    options.on_name = on_name_;
    options.unpacking = unpacking_;
    options.keep_waiting = [] { return !stop_requested(); };
    return options;
}

// One batch of frames, or one wait. False: it is over.
bool FollowRun::turn() {
    if (source_ != nullptr) {
        read_on();
        return !output_.output_closed() && frames_left_ > 0;
    }
    if (stop_requested() || output_.output_closed() || folder_.is_gone()) return false;
    folder_.hear();
    if (files_.empty()) {
        wait();
        return true;
    }
    return open_next();
}

void FollowRun::wait() {
    progress_.clear();
    Clock::time_point until = std::min(Clock::now() + kLongestWait, service_.next_sign_of_life());
    if (next_publication_ > Clock::now()) until = std::min(until, next_publication_);
    wait_->set_end(until);
    wait_->until_readable(folder_.descriptor());
}

bool FollowRun::open_next() {
    if (lost_.size() == Analyzer::kMaxInputs) {
        return fail(ExitCode::kIncomplete,
                    fmt::format("these were {} files; a run cannot take more: start it again", lost_.size()));
    }
    file_ = files_.take();
    auto opened = open_capture(folder_.path_of(file_.name), options());
    if (!opened) {
        std::error_code unknown;
        if (!fs::exists(folder_.path_of(file_.name), unknown)) {
            folder_.is_missing(file_);
        } else {
            refuse(opened.error().message);
        }
        return true;
    }
    const std::string unreadable = unreadable_link_type(*opened.value());
    if (!unreadable.empty()) {
        refuse(fmt::format("{} {}", folder_.path_of(file_.name), unreadable));
        return true;
    }
    source_ = std::move(opened).value();
    warn_of_overlap();
    input_ = begin_input();
    return true;
}

// To merge files, none that belongs between them may still come, and that is not known.
void FollowRun::warn_of_overlap() {
    if (file_.first_time == kNoTime || now_ == kNoTime || file_.first_time >= now_ || overlap_told_) return;
    overlap_told_ = true;
    complain(fmt::format(
        "{} begins before what was read ends: files that are followed are not merged, so that time "
        "goes back; captures that go on at the same time need folders of their own",
        folder_.path_of(file_.name)));
}

void FollowRun::refuse(const std::string& why) {
    complain(why);
    note(ExitCode::kIncomplete);
    analyzer_->end_input(begin_input(), RefusedSource(why), InputSummary::Outcome::kRefused);
}

std::uint32_t FollowRun::begin_input() {
    lost_.push_back(0);
    return analyzer_->begin_input(folder_.path_of(file_.name));
}

void FollowRun::read_on() {
    const ReadStatus status = source_->next(*batch_);
    if (status == ReadStatus::kIdle) return;
    if (status != ReadStatus::kFrames) return end_file(status);
    lost_[input_] = source_->stats().dropped_by_capture.value_or(0);
    // A time stamp from the future makes nothing due.
    const Nanoseconds wall = wall_clock();
    const auto frames = batch_->view().first(count_until(batch_->view(), frames_left_));
    analyzer_->consume(frames, input_, wall);
    for (const FrameView& frame : frames) {
        if (frame.time != kNoTime && frame.time <= wall) now_ = std::max(now_, frame.time - kDisorder);
    }
    if (now_ != kNoTime) analyzer_->advance_time(now_);
    output_.turn(now());
    progress_.update(source_->stats());
}

void FollowRun::end_file(ReadStatus status) {
    const InputSummary::Outcome outcome = outcome_of(status);
    analyzer_->end_input(input_, *source_, outcome);
    if (outcome != InputSummary::Outcome::kComplete) {
        complain(early_end(folder_.path_of(file_.name), outcome, source_->status_detail()));
        note(ExitCode::kIncomplete);
    }
    source_.reset();
}

void FollowRun::answer() {
    service_.keep_alive(Clock::now());
    if (take_statistics_request()) complain(output_.statistics(feed(), now()));
    if (Clock::now() >= next_publication_) publish();
}

void FollowRun::publish() {
    const Clock::time_point began = Clock::now();
    if (output_.publishes()) output_.publish(feed(), now());
    write_mark();
    const Clock::time_point ended = Clock::now();
    next_publication_ =
        ended + std::chrono::nanoseconds(until_next_publication(
                    settings_.live->interval, std::chrono::nanoseconds(ended - began).count()));
}

// After the reports: what it says was taken is in them.
void FollowRun::write_mark() {
    if (mark_ == nullptr) return;
    std::string mark = mark_of(files_.to_mark(source_ == nullptr));
    if (mark == written_mark_) return;
    if (const Status written = mark_->write(mark); !written) {
        mark_trouble_.note(written.error().message);
        return;
    }
    mark_trouble_.over("which files were taken can be noted again");
    written_mark_ = std::move(mark);
}

Status FollowRun::snapshot(ReportSink& sink) {
    std::vector<const PacketSource*> open;
    if (source_ != nullptr) open.push_back(source_.get());
    return analyzer_->snapshot(sink, open, [this] { service_.keep_alive(Clock::now()); });
}

void FollowRun::finish() {
    progress_.clear();
    if (source_ != nullptr) end_file(ReadStatus::kEnd);
    if (folder_.is_gone()) {
        complain(
            fmt::format("{} was removed or moved; the reports up to then are complete", settings_.follow));
        note(ExitCode::kCaptureFailed);
    }
    output_.conclude(analyzer_->finish(), now(), sandbox_.text);
    write_mark();
}

ExitCode run_follow(const Settings& settings, const Tables& tables, const capture::FrameFilter& filter) {
    Settings live = settings;
    live.live = settings.pipe;
    return FollowRun(live, tables, filter).go();
}

}  // namespace deadpeer::cli
