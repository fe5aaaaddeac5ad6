#include "cli/bounded_source.h"

#include <fmt/format.h>

namespace deadpeer::cli {
namespace {

// More than a reader's buffer and a pipe hold: what lies beyond had not arrived when the signal came.
constexpr std::uint64_t kMostThatHadArrived = std::uint64_t{2} << 20;

}  // namespace

ReadStatus BoundedSource::next(FrameBatch& batch) {
    ReadStatus status = ReadStatus::kIdle;
    while (status == ReadStatus::kIdle) {
        batch.clear();
        if (frames_left_ == 0) return ReadStatus::kEnd;
        const bool stopped = stop_requested_();
        if (stopped && (inner_.stats().bytes_total || is_drained())) return end_of_stopped();
        status = inner_.next(batch);
        if (stopped && status == ReadStatus::kIdle) return end_of_stopped();
    }
    if (frames_left_) cut(batch);
    take_stats();
    return status;
}

bool BoundedSource::is_drained() {
    const std::uint64_t read = inner_.stats().bytes_read;
    if (!drain_until_) drain_until_ = read + kMostThatHadArrived;
    return read >= *drain_until_;
}

ReadStatus BoundedSource::end_of_stopped() {
    take_stats();
    if (!stats_.bytes_total) return ReadStatus::kEnd;
    stopped_detail_ = fmt::format("byte {}: stopped by a signal", stats_.bytes_read);
    return ReadStatus::kTruncated;
}

void BoundedSource::cut(FrameBatch& batch) {
    std::uint64_t& left = *frames_left_;
    std::size_t kept = 0;
    while (kept < batch.count && left > 0) {
        if (!batch.frames[kept].rejected_by_filter) --left;
        ++kept;
    }
    cut_frames_ += batch.count - kept;
    for (std::size_t i = kept; i < batch.count; ++i) cut_bytes_ += batch.frames[i].captured_length;
    batch.count = kept;
}

void BoundedSource::take_stats() {
    stats_ = inner_.stats();
    stats_.frames -= cut_frames_;
    stats_.captured_bytes -= cut_bytes_;
}

}  // namespace deadpeer::cli
