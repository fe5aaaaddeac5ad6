// SlimSource: a slim file as the capture that it was made of: the same frames at the same numbers, less of
// their bytes; what is told of it at its end (counters, format, how it ended) is told of the original.
//
// Errors:  a slim file without its end is truncated, one with too few frames damaged.
// Threads: one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/file/file_source.h"
#include "capture/file/slim_record.h"
#include "deadpeer/source.h"

namespace deadpeer::capture {

class SlimSource final : public PacketSource {
public:
    SlimSource(std::unique_ptr<FileSource> inner, SlimBeginning beginning)
        : inner_(std::move(inner)), beginning_(std::move(beginning)) {}

    ReadStatus next(FrameBatch& batch) override;
    [[nodiscard]] bool frames_stay() const override { return inner_->frames_stay(); }
    [[nodiscard]] const SourceStats& stats() const override { return ended_ ? stats_ : inner_->stats(); }
    [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const override {
        return inner_->interfaces();
    }
    [[nodiscard]] std::string format() const override;
    [[nodiscard]] std::string status_detail() const override { return detail_; }

    [[nodiscard]] const SlimBeginning& original() const { return beginning_; }

private:
    ReadStatus end(ReadStatus status);

    std::unique_ptr<FileSource> inner_;
    SlimBeginning beginning_;
    bool ended_ = false;
    SourceStats stats_;  // once ended_
    std::string detail_;
};

}  // namespace deadpeer::capture
