#include "cli/live_run.h"

#include <fmt/ranges.h>

#include <atomic>

#include "cli/live_loop.h"
#include "cli/readable_link_types.h"
#include "cli/signals.h"

namespace deadpeer::cli {
namespace {

// What a signal wakes.
std::atomic<const LiveCapture*> awake_on_signals = nullptr;

}  // namespace

LiveRun::~LiveRun() {
    set_wake(nullptr);
    awake_on_signals = nullptr;
}

ExitCode LiveRun::go() {
    if (!open_capture()) return code_;
    if (!output_.open() || !confine() || !start()) return worse_of(code_, output_.code());
    service_.ready();
    following_ = true;
    watch();
    following_ = false;
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
        // What it waited for was told.
        const bool stopped_waiting = options.wait_for_interface && stop_requested();
        return fail_to_capture(stopped_waiting
                                   ? "stopped while it waited; nothing was captured, and there is no report"
                                   : capture.error().message);
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

ExitCode run_live(const Settings& settings, const Tables& tables) {
    return LiveRun(settings, tables).go();
}

}  // namespace deadpeer::cli
