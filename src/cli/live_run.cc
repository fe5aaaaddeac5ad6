#include "cli/live_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "capture/live_capture.h"
#include "cli/confine.h"
#include "cli/link_news.h"
#include "cli/live_output.h"
#include "cli/progress.h"
#include "cli/readable_link_types.h"
#include "cli/service_manager.h"
#include "cli/shortened_source.h"
#include "cli/signals.h"
#include "cli/standard_streams.h"
#include "deadpeer/analyzer.h"
#include "report/text.h"

namespace deadpeer::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLongestWait{5000};  // so often at least what waits for the disk is tried again
constexpr milliseconds kShortestWait{5};    // a deadline that cannot be met must not take all of a core

// What a signal wakes.
std::atomic<const LiveCapture*> awake_on_signals = nullptr;

milliseconds rounded_up(Clock::duration time) {
    return std::chrono::ceil<milliseconds>(time);
}

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

    ExitCode go();

private:
    bool open_capture();
    bool confine();
    bool start();
    void watch();
    [[nodiscard]] milliseconds wait() const;
    bool take(ReadStatus status);
    void consume();
    void answer_signals();
    void rotate();
    void publish();
    void finish();
    Status snapshot(ReportSink& sink);
    [[nodiscard]] LiveOutput::Feed feed() {
        return [this](ReportSink& sink) { return snapshot(sink); };
    }
    void while_busy();
    void show_progress();

    void complain(const std::string& message) {
        progress_.clear();
        print(STDERR_FILENO, fmt::format("deadpeer: {}\n", printable(message)));
    }
    void note(ExitCode code) { code_ = worse_of(code_, code); }
    bool fail_to_capture(const std::string& why) {
        complain(why);
        note(ExitCode::kNothingRead);
        return false;
    }

    const Settings& settings_;
    ServiceManager service_;
    std::unique_ptr<LiveCapture> capture_;
    LiveOutput output_;
    std::unique_ptr<Analyzer> analyzer_;
    std::optional<LinkNews> links_;
    std::vector<const PacketSource*> inputs_;
    std::unique_ptr<ShortenedSource> shortened_;  // the input of the last frame that -c allows
    const std::unique_ptr<FrameBatch> batch_ = std::make_unique<FrameBatch>();
    std::optional<std::uint64_t> frames_left_;
    Progress progress_;
    ExitCode code_ = ExitCode::kOk;
    bool stopping_ = false;
    Clock::time_point next_publication_ = Clock::time_point::max();
    Confinement sandbox_;
};

LiveRun::~LiveRun() {
    set_wake(nullptr);
    awake_on_signals = nullptr;
}

ExitCode LiveRun::go() {
    if (!open_capture()) return code_;
    if (!output_.open() || !confine() || !start()) return worse_of(code_, output_.code());
    service_.ready();
    watch();
    finish();
    return worse_of(code_, output_.code());
}

bool LiveRun::open_capture() {
    install_live_signal_handlers();
    LiveOptions options = settings_.live->capture;
    options.keep_waiting = [this] {
        service_.keep_alive(Clock::now());
        return !stop_requested();
    };
    options.waiting_for = [this](const std::string& why) {
        finish_when_stopped();
        complain(why);
        service_.ready();  // or its start would take too long
    };
    auto capture = LiveCapture::open(options);
    if (!capture) {
        // Then it has not failed, and what it waited for was told.
        const bool stopped_waiting = options.wait_for_interface && stop_requested();
        return stopped_waiting ? false : fail_to_capture(capture.error().message);
    }
    finish_when_stopped();
    capture_ = std::move(capture).value();
    for (std::size_t i = 0; i < capture_->input_count(); ++i) {
        const std::string unreadable = unreadable_link_type(capture_->input(i));
        if (unreadable.empty()) continue;
        return fail_to_capture(fmt::format("{} {}", options.interfaces[i], unreadable));
    }
    for (const std::string& warning : capture_->warnings()) complain(warning);
    awake_on_signals = capture_.get();
    set_wake([] { awake_on_signals.load()->wake(); });
    return true;
}

bool LiveRun::confine() {
    auto confinement = confine_for_live(settings_, settings_.live->user, output_.folders(), *capture_);
    if (!confinement) {
        complain(confinement.error().message);
        note(ExitCode::kNotWritten);
        return false;
    }
    sandbox_ = std::move(confinement).value();
    if (LinkBinder* const binder = sandbox_.binder.get()) {
        capture_->follow_by(
            [binder](std::uint32_t input, int link_index) { return binder->follow(input, link_index); });
    }
    if (!sandbox_.warning.empty()) complain(sandbox_.warning);
    return true;
}

bool LiveRun::start() {
    LiveOutput::Needs needs;
    needs.meanwhile = [this] { while_busy(); };
    needs.lost_frames = [this](std::uint32_t input) {
        return capture_->input(input).stats().dropped_by_capture.value_or(0);
    };
    needs.can_capture = [this](std::size_t input) { return !capture_->blind_since(input); };
    if (!output_.start(capture_->now(), std::move(needs))) return false;
    analyzer_ = std::make_unique<Analyzer>(settings_.analyzer, output_.sink());
    for (std::size_t i = 0; i < capture_->input_count(); ++i) {
        inputs_.push_back(&capture_->input(i));
        analyzer_->begin_input(settings_.live->capture.interfaces[i]);
    }
    analyzer_->advance_time(capture_->now());
    const bool last_words = inputs_.size() == 1 && !settings_.live->capture.wait_for_interface;
    links_.emplace(*capture_, *analyzer_, last_words, [this](const std::string& news) { complain(news); });
    progress_.begin(fmt::format("{}", fmt::join(settings_.live->capture.interfaces, ", ")));
    if (output_.publishes()) publish();
    return true;
}

void LiveRun::watch() {
    while (take(capture_->next(*batch_, wait()))) {
        const Nanoseconds now = capture_->now();
        analyzer_->advance_time(now);
        output_.turn(now);
        service_.keep_alive(Clock::now());
        answer_signals();
        if (output_.rotation_due(now)) rotate();
        if (Clock::now() >= next_publication_) publish();
        show_progress();
    }
}

milliseconds LiveRun::wait() const {
    const Nanoseconds now = capture_->now();
    Nanoseconds silence = std::chrono::nanoseconds(kLongestWait).count();
    for (const auto& deadline : {analyzer_->next_deadline(), output_.next_boundary()}) {
        if (deadline) silence = std::min(silence, *deadline - now);
    }
    const Clock::time_point next = std::min(next_publication_, service_.next_sign_of_life());
    const Clock::time_point here = Clock::now();
    const Clock::duration until = next == Clock::time_point::max() ? kLongestWait : next - here;
    return std::max(kShortestWait,
                    rounded_up(std::min<Clock::duration>(until, std::chrono::nanoseconds(silence))));
}

// What became of the links first: frames and the time decide nothing that lies in a gap. False: the run is
// over.
bool LiveRun::take(ReadStatus status) {
    links_->take();
    if (status == ReadStatus::kFrames) consume();
    if (frames_left_ == 0U || output_.pointless()) return false;
    if (stop_requested() && !stopping_) {
        stopping_ = true;
        service_.stopping();
        capture_->stop();
    }
    return status == ReadStatus::kFrames || status == ReadStatus::kIdle;
}

void LiveRun::consume() {
    const std::span<const FrameView> frames = batch_->view();
    const std::size_t wanted = std::min<std::uint64_t>(frames.size(), frames_left_.value_or(frames.size()));
    const std::uint32_t input = frames[0].interface;
    analyzer_->consume(frames.first(wanted), input, capture_->read_at());
    if (!frames_left_) return;
    *frames_left_ -= wanted;
    if (wanted == frames.size()) return;
    shortened_ = std::make_unique<ShortenedSource>(*inputs_[input], frames.subspan(wanted));
    inputs_[input] = shortened_.get();
}

void LiveRun::answer_signals() {
    if (take_statistics_request()) complain(output_.statistics(feed(), capture_->now()));
    if (take_rotation_request()) rotate();
}

// The new period has its reports at once, so that whoever reads them finds them at any time.
void LiveRun::rotate() {
    output_.rotate(feed(), capture_->now());
    publish();
}

void LiveRun::publish() {
    const Clock::time_point began = Clock::now();
    output_.publish(feed(), capture_->now());
    const Clock::time_point ended = Clock::now();
    next_publication_ =
        ended + std::chrono::nanoseconds(until_next_publication(
                    settings_.live->interval, std::chrono::nanoseconds(ended - began).count()));
}

Status LiveRun::snapshot(ReportSink& sink) {
    return analyzer_->snapshot(sink, inputs_, [this] { while_busy(); });
}

void LiveRun::while_busy() {
    capture_->drain();
    service_.keep_alive(Clock::now());
}

void LiveRun::show_progress() {
    progress_.update([this] {
        std::uint64_t frames = 0;
        for (const PacketSource* input : inputs_) frames += input->stats().frames;
        return fmt::format("{} frames", frames);
    });
}

void LiveRun::finish() {
    progress_.clear();
    links_->take();
    links_->end();
    for (std::uint32_t i = 0; i < inputs_.size(); ++i) {
        const std::string detail = inputs_[i]->status_detail();
        analyzer_->end_input(
            i, *inputs_[i],
            detail.empty() ? InputSummary::Outcome::kComplete : InputSummary::Outcome::kTruncated);
        if (detail.empty()) continue;
        complain(fmt::format("{}: {}; the reports up to then are complete",
                             settings_.live->capture.interfaces[i], detail));
        note(ExitCode::kCaptureFailed);
    }
    output_.conclude(analyzer_->finish(), capture_->now(), sandbox_.text);
}

}  // namespace

ExitCode run_live(const Settings& settings, const Tables& tables) {
    return LiveRun(settings, tables).go();
}

}  // namespace deadpeer::cli
