#include "capture/file/slim_source.h"

#include <fmt/format.h>

namespace deadpeer::capture {
ReadStatus SlimSource::next(FrameBatch& batch) {
    const ReadStatus status = inner_->next(batch);
    return status == ReadStatus::kFrames || status == ReadStatus::kIdle ? status : end(status);
}

// Of the counters those of the reading are kept.
ReadStatus SlimSource::end(ReadStatus status) {
    const SlimEnd* const record = inner_->slim_end();
    stats_ = inner_->stats();
    ended_ = true;
    if (status != ReadStatus::kEnd) {
        detail_ = fmt::format("{} (of the slim file)", inner_->status_detail());
        return status;
    }
    if (record == nullptr) {
        detail_ = fmt::format("byte {}: the slim file has no end; make it again with \"deadpeer slim\"",
                              stats_.bytes_read);
        return ReadStatus::kTruncated;
    }
    if (record->stats.frames != stats_.frames) {
        detail_ =
            fmt::format("byte {}: the slim file holds {} of {} frames; make it again with \"deadpeer slim\"",
                        stats_.bytes_read, stats_.frames, record->stats.frames);
        return ReadStatus::kDamaged;
    }
    const SourceStats read = stats_;
    stats_ = record->stats;
    stats_.bytes_read = read.bytes_read;
    stats_.bytes_total = read.bytes_total;
    if (record->status == ReadStatus::kEnd) return ReadStatus::kEnd;
    detail_ = record->detail.empty() ? "a byte that the slim file does not tell" : record->detail;
    return record->status;
}

std::string SlimSource::format() const {
    const SlimEnd* const record = inner_->slim_end();
    return record != nullptr && !record->format.empty() ? record->format : inner_->format();
}

}  // namespace deadpeer::capture
