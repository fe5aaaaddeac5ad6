#include "capture/file/stream_capture.h"

#include <algorithm>
#include <utility>

namespace deadpeer {
namespace {

// More than a reader's buffer and a pipe hold: what lies beyond had not arrived when it was stopped.
constexpr std::uint64_t kMostThatHadArrived = std::uint64_t{2} << 20;

// Where no frame has a time.
Nanoseconds wall_clock() {
    return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

StreamCapture::StreamCapture(std::unique_ptr<PacketSource> source, capture::StreamWait& wait,
                             const FrameBatch& first, std::string name)
    : source_(std::move(source)), wait_(wait), first_(first), name_(std::move(name)) {
    take_times({first_.frames.data(), first_.count});
    if (now_ == kNoTime) now_ = read_at_ = wall_clock();
}

ReadStatus StreamCapture::next(FrameBatch& batch, std::chrono::milliseconds longest_wait) {
    if (first_.count > 0) {
        batch = first_;
        first_.clear();
        return ReadStatus::kFrames;
    }
    const ReadStatus status = read(batch, longest_wait);
    take_times({batch.frames.data(), batch.count});
    return status;
}

ReadStatus StreamCapture::read(FrameBatch& batch, std::chrono::milliseconds longest_wait) {
    batch.clear();
    if (has_read_all()) return ReadStatus::kEnd;
    const auto now = capture::StreamWait::Clock::now();
    wait_.set_end(stop_at_ ? now : now + longest_wait);
    const ReadStatus status = source_->next(batch);
    return stop_at_ && status == ReadStatus::kIdle ? ReadStatus::kEnd : status;
}

void StreamCapture::stop() {
    if (!stop_at_) stop_at_ = source_->stats().bytes_read + kMostThatHadArrived;
}

bool StreamCapture::has_read_all() const {
    return stop_at_ && source_->stats().bytes_read >= *stop_at_;
}

void StreamCapture::take_times(std::span<FrameView> frames) {
    const Nanoseconds monotonic = capture::monotonic_now();
    if (const auto& empty = wait_.empty()) clock_.was_empty(empty->from, empty->until);
    for (FrameView& frame : frames) {
        if (frame.time != kNoTime) frame.time = clock_.of_stamp(frame.time, monotonic);
    }
    if (const auto step = clock_.take_step()) {
        if (!event_) event_.emplace();
        event_->kind = LinkEvent::Kind::kClockStep;
        event_->whole_input = false;
        event_->name = name_;
        event_->step += *step;
    }
    const Nanoseconds complete = clock_.complete_until();
    if (complete == kNoTime) return;
    now_ = std::max(now_, complete);
    read_at_ = clock_.now(monotonic);
    if (event_) event_->from = event_->to = now_;
}

std::optional<LinkEvent> StreamCapture::take_event() {
    return std::exchange(event_, std::nullopt);
}

}  // namespace deadpeer
