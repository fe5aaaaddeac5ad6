#include "capture/file/file_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace deadpeer::capture {
namespace {

// No more than that is parsed between two questions whether to go on: blocks without a frame may fill a file.
constexpr std::size_t kWindow = std::size_t{16} << 20;

}  // namespace

FileSource::FileSource(std::unique_ptr<ByteSource> bytes, std::unique_ptr<RecordParser> parser,
                       FrameFilter filter, std::uint64_t offset, std::function<bool()> keep_waiting)
    : bytes_(std::move(bytes)),
      parser_(std::move(parser)),
      filter_(std::move(filter)),
      keep_waiting_(std::move(keep_waiting)),
      position_(offset) {
    stats_.bytes_read = offset;
    stats_.bytes_total = bytes_->total();
}

std::string FileSource::format() const {
    const std::optional<ByteSource::Packed> packed = bytes_->packed();
    return packed ? fmt::format("{}, {}", parser_->format(), packed->with) : parser_->format();
}

void FileSource::consume(std::size_t count) {
    bytes_->consume(count);
    position_ += count;
    const std::optional<ByteSource::Packed> packed = bytes_->packed();
    stats_.bytes_read = packed ? packed->taken : position_;
}

std::span<const std::uint8_t> FileSource::window() const {
    const std::span<const std::uint8_t> all = bytes_->bytes();
    return all.first(std::min(all.size(), std::max(kWindow, wanted_)));
}

ReadStatus FileSource::next(FrameBatch& batch) {
    batch.clear();
    std::size_t barren = 0;
    while (status_ == ReadStatus::kFrames) {
        const std::span<const std::uint8_t> seen = window();
        const ParseResult result = parser_->parse(seen, batch);
        const bool all_seen = seen.size() == bytes_->bytes().size();
        if (bytes_->lost_from() != nullptr) {
            drop_lost_frames(batch);
            end(ReadStatus::kTruncated, bytes_->fault());
        } else {
            consume(result.consumed);
        }
        if (batch.count > 0) {
            hand_out(batch);
            return ReadStatus::kFrames;
        }
        if (status_ != ReadStatus::kFrames || result.stop == ParseResult::Stop::kBatchFull) continue;
        if (result.stop == ParseResult::Stop::kNeedMore) {
            barren += result.consumed;
            if (barren >= kWindow && keep_waiting_ && !keep_waiting_()) return ReadStatus::kIdle;
            wanted_ = result.consumed > 0 ? 0 : 2 * seen.size();
            if (!all_seen) continue;
        }
        if (result.stop == ParseResult::Stop::kDamaged) {
            end(ReadStatus::kDamaged, result.detail);
            continue;
        }
        const ByteSource::More more = bytes_->more();
        if (more == ByteSource::More::kIdle) return ReadStatus::kIdle;
        if (more == ByteSource::More::kEnd) end_of_bytes(result);
    }
    return status_;
}

// Frames whose bytes were replaced by zeros while they were parsed are not real.
void FileSource::drop_lost_frames(FrameBatch& batch) const {
    const std::uint8_t* lost = bytes_->lost_from();
    while (batch.count > 0) {
        const FrameView& last = batch.frames[batch.count - 1];
        if (last.data + last.captured_length <= lost) return;
        --batch.count;
    }
}

void FileSource::hand_out(FrameBatch& batch) {
    if (filter_.active()) filter_.judge(batch);
    std::uint64_t captured = 0;
    for (const FrameView& frame : batch.view()) captured += frame.captured_length;
    stats_.captured_bytes += captured;
    stats_.frames += batch.count;
    parser_->write_counters(stats_);
}

void FileSource::end(ReadStatus status, const std::string& what) {
    status_ = status;
    detail_ = fmt::format("byte {}: {}", position_, what);
    parser_->write_counters(stats_);
}

void FileSource::end_of_bytes(const ParseResult& wanted) {
    const std::size_t left = bytes_->bytes().size();
    const std::string fault = bytes_->fault();
    if (!fault.empty()) {
        end(bytes_->damaged() ? ReadStatus::kDamaged : ReadStatus::kTruncated, fault);
    } else if (left != 0 || wanted.mid_record) {
        end(ReadStatus::kTruncated, fmt::format("the input ends after {} of the {} bytes of {}", left,
                                                wanted.needed, wanted.needed_for));
    } else {
        status_ = ReadStatus::kEnd;
        parser_->write_counters(stats_);
    }
}

}  // namespace deadpeer::capture
