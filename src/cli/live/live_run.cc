#include "cli/live/live_run.h"

#include <fmt/ranges.h>

#include <atomic>
#include <utility>

#include "cli/early_end.h"
#include "cli/live/live_loop.h"
#include "cli/readable_link_types.h"
#include "cli/signals.h"

namespace deadpeer::cli {
namespace {

// What a signal wakes.
std::atomic<const LiveSource*> awake_on_signals = nullptr;

}  // namespace

LiveRun::~LiveRun() {
    set_wake(nullptr);
    awake_on_signals = nullptr;
}

ExitCode LiveRun::go() {
    auto capture = open_capture();
    if (capture == nullptr) return code();
    LiveCapture& interfaces = *capture;
    use(std::move(capture), settings_.live->capture.interfaces);
    return open_output() && confine(interfaces) ? run() : code();
}

ExitCode LiveRun::follow(std::unique_ptr<LiveSource> pipe, const std::string& name, Confinement sandbox) {
    install_live_signal_handlers();
    sandbox_ = std::move(sandbox);
    use(std::move(pipe), {name});
    return run();
}

ExitCode LiveRun::run() {
    if (!start()) return code();
    service_.ready();
    following_ = true;
    watch();
    following_ = false;
    finish();
    return code();
}

std::unique_ptr<LiveCapture> LiveRun::open_capture() {
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
    for (std::size_t i = 0; i < capture.value()->input_count(); ++i) {
        const std::string unreadable = unreadable_link_type(capture.value()->input(i));
        if (unreadable.empty()) continue;
        return fail_to_capture(fmt::format("{} {}", options.interfaces[i], unreadable));
    }
    for (const std::string& warning : capture.value()->warnings()) complain(warning);
    return std::move(capture).value();
}

void LiveRun::use(std::unique_ptr<LiveSource> capture, std::vector<std::string> names) {
    capture_ = std::move(capture);
    names_ = std::move(names);
    awake_on_signals = capture_.get();
    set_wake([] { awake_on_signals.load()->wake(); });
}

bool LiveRun::confine(LiveCapture& capture) {
    auto confinement = confine_for_live(settings_, settings_.live->user, output_.folders(), capture);
    if (!confinement) {
        complain(confinement.error().message);
        note(ExitCode::kNotWritten);
        return false;
    }
    sandbox_ = std::move(confinement).value();
    if (LinkBinder* const binder = sandbox_.binder.get()) {
        capture.follow_by(
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
    needs.alerts = &sandbox_.alerts;
    needs.can_capture = [this](std::size_t input) { return !capture_->blind_since(input); };
    if (!output_.start(capture_->now(), std::move(needs))) return false;
    analyzer_ = std::make_unique<Analyzer>(settings_.analyzer, output_.sink());
    for (std::size_t i = 0; i < capture_->input_count(); ++i) {
        inputs_.push_back(&capture_->input(i));
        analyzer_->begin_input(names_[i]);
    }
    analyzer_->advance_time(capture_->now());
    const bool last_words = inputs_.size() == 1 && !settings_.live->capture.wait_for_interface;
    links_.emplace(*capture_, *analyzer_, last_words, [this](const std::string& news) { complain(news); });
    progress_.begin(fmt::format("{}", fmt::join(names_, ", ")));
    if (output_.publishes()) publish();
    return true;
}

void LiveRun::finish() {
    progress_.clear();
    links_->take();
    links_->end();
    for (std::uint32_t i = 0; i < inputs_.size(); ++i) end_input(i);
    output_.conclude(analyzer_->finish(), capture_->now(), sandbox_.text);
}

void LiveRun::end_input(std::uint32_t input) {
    using Outcome = InputSummary::Outcome;
    const std::string detail = inputs_[input]->status_detail();
    const bool is_pipe = ended_as_ == ReadStatus::kTruncated || ended_as_ == ReadStatus::kDamaged;
    const Outcome outcome = is_pipe          ? outcome_of(ended_as_)
                            : detail.empty() ? Outcome::kComplete
                                             : Outcome::kTruncated;
    analyzer_->end_input(input, *inputs_[input], outcome);
    if (outcome == Outcome::kComplete) return;
    complain(is_pipe ? early_end(names_[input], outcome, detail)
                     : fmt::format("{}: {}; the reports up to then are complete", names_[input], detail));
    note(is_pipe ? ExitCode::kIncomplete : ExitCode::kCaptureFailed);
}

ExitCode run_live(const Settings& settings, const Tables& tables) {
    return LiveRun(settings, tables).go();
}

}  // namespace deadpeer::cli
