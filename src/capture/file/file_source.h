// FileSource: the PacketSource of a file or stream: bytes through a parser, frames through the filter.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "capture/file/byte_source.h"
#include "capture/file/record_parser.h"
#include "capture/frame_filter.h"
#include "deadpeer/source.h"

namespace deadpeer::capture {

class FileSource final : public PacketSource {
public:
    // `offset`: bytes of the input that were consumed before (the file header). `keep_waiting`: as of
    // OpenOptions.
    FileSource(std::unique_ptr<ByteSource> bytes, std::unique_ptr<RecordParser> parser, FrameFilter filter,
               std::uint64_t offset, std::function<bool()> keep_waiting = {});

    ReadStatus next(FrameBatch& batch) override;
    bool frames_stay() const override { return bytes_->stay(); }
    const SourceStats& stats() const override { return stats_; }
    const std::vector<InterfaceInfo>& interfaces() const override { return parser_->interfaces(); }
    std::string format() const override;
    std::string status_detail() const override { return detail_; }
    [[nodiscard]] const SlimEnd* slim_end() const { return parser_->slim_end(); }

private:
    [[nodiscard]] std::span<const std::uint8_t> window() const;
    void consume(std::size_t count);
    void drop_lost_frames(FrameBatch& batch) const;
    void hand_out(FrameBatch& batch);
    void end(ReadStatus status, const std::string& what);
    void end_of_bytes(const ParseResult& wanted);

    std::unique_ptr<ByteSource> bytes_;
    std::unique_ptr<RecordParser> parser_;
    FrameFilter filter_;
    std::function<bool()> keep_waiting_;
    std::size_t wanted_ = 0;  // bytes, of a record that is larger than the window
    std::uint64_t position_;  // of the bytes, unpacked if they are packed
    SourceStats stats_;
    ReadStatus status_ = ReadStatus::kFrames;
    std::string detail_;
};

}  // namespace deadpeer::capture
