#include "cli/live/live_loop.h"

#include <algorithm>
#include <span>
#include <utility>

#include "cli/frame_limit.h"
#include "cli/signals.h"
#include "report/grouped.h"

namespace deadpeer::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLongestWait{5000};  // so often at least what waits for the disk is tried again
constexpr milliseconds kShortestWait{5};    // a deadline that cannot be met must not take all of a core
constexpr milliseconds kBetweenTurns{5};    // while reports are written
constexpr int kBatchesATurn = 64;           // then: of a flood not more, or they would never be ready

milliseconds rounded_up(Clock::duration time) {
    return std::chrono::ceil<milliseconds>(time);
}

}  // namespace

void LiveRun::watch() {
    while (take(capture_->next(*batch_, wait()))) {
        pass_time();
        answer_signals();
        if (output_.rotation_due(capture_->now())) rotate();
        if (Clock::now() >= next_publication_) publish();
        show_progress();
    }
}

void LiveRun::pass_time() {
    const Nanoseconds now = capture_->now();
    analyzer_->advance_time(now);
    output_.turn(now);
    service_.keep_alive(Clock::now());
}

milliseconds LiveRun::wait() {
    if (std::exchange(followed_, false)) return kShortestWait;
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
    ended_as_ = status;
    links_->take();
    if (status == ReadStatus::kFrames) consume();
    if (frames_left_ == 0U || output_.output_closed()) return false;
    if (stop_requested() && !stopping_) {
        stopping_ = true;
        service_.stopping();
        capture_->stop();
    }
    return status == ReadStatus::kFrames || status == ReadStatus::kIdle;
}

void LiveRun::consume() {
    const std::span<const FrameView> frames = batch_->view();
    const std::size_t wanted = frames_left_ ? count_until(frames, *frames_left_) : frames.size();
    // Of a pipe it is the interface of another machine.
    const std::uint32_t input = inputs_.size() == 1 ? 0 : frames[0].interface;
    analyzer_->consume(frames.first(wanted), input, capture_->read_at());
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

// Reports are written in slices, and events go on between them. A thread of its own would write them from a
// copy of everything, which takes the memory twice, or under a lock, which stops the analysis all the same.
void LiveRun::while_busy() {
    const Clock::time_point now = Clock::now();
    if (now < next_turn_) return;
    if (following_) {
        keep_up();
    } else {
        capture_->drain();
        service_.keep_alive(now);
    }
    next_turn_ = Clock::now() + kBetweenTurns;
}

void LiveRun::keep_up() {
    followed_ = true;
    for (int i = 0; i < kBatchesATurn && frames_left_ != 0U; ++i) {
        const ReadStatus status = capture_->next(*batch_, milliseconds(0));
        links_->take();
        if (status != ReadStatus::kFrames) break;
        consume();
    }
    pass_time();
}

void LiveRun::show_progress() {
    progress_.update([this] {
        std::uint64_t frames = 0;
        for (const PacketSource* input : inputs_) frames += input->stats().frames;
        return fmt::format("{} frames", grouped(frames));
    });
}

}  // namespace deadpeer::cli
