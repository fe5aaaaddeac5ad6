#include "cli/stoppable_source.h"

#include <fmt/format.h>

namespace deadpeer::cli {
namespace {

// More than a reader's buffer and a pipe hold: what lies beyond had not arrived when the signal came.
constexpr std::uint64_t kMostThatHadArrived = std::uint64_t{2} << 20;

}  // namespace

ReadStatus StoppableSource::next(FrameBatch& batch) {
    ReadStatus status = ReadStatus::kIdle;
    while (status == ReadStatus::kIdle) {
        batch.clear();
        const bool stopped = stop_requested_();
        if (stopped && (stats().bytes_total || is_drained())) return end_of_stopped();
        status = inner_->next(batch);
        if (stopped && status == ReadStatus::kIdle) return end_of_stopped();
    }
    return status;
}

bool StoppableSource::is_drained() {
    const std::uint64_t read = stats().bytes_read;
    if (!drain_until_) drain_until_ = read + kMostThatHadArrived;
    return read >= *drain_until_;
}

ReadStatus StoppableSource::end_of_stopped() {
    if (!stats().bytes_total) return ReadStatus::kEnd;
    stopped_detail_ = fmt::format("byte {}: stopped by a signal", stats().bytes_read);
    return ReadStatus::kTruncated;
}

}  // namespace deadpeer::cli
