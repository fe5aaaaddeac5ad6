// ShortenedSource: what a source says of itself, less some frames that it handed out and nobody wanted.
//
// Lifetime: a copy; the source is not needed afterwards.
// Threads:  one thread at a time.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "deadpeer/source.h"

namespace deadpeer::cli {

class ShortenedSource final : public PacketSource {
public:
    ShortenedSource(const PacketSource& source, std::span<const FrameView> unwanted)
        : stats_(source.stats()),
          interfaces_(source.interfaces()),
          format_(source.format()),
          status_detail_(source.status_detail()) {
        stats_.frames -= unwanted.size();
        for (const FrameView& frame : unwanted) stats_.captured_bytes -= frame.captured_length;
    }

    ReadStatus next(FrameBatch& batch) override {
        batch.clear();
        return ReadStatus::kEnd;
    }
    [[nodiscard]] const SourceStats& stats() const override { return stats_; }
    [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    [[nodiscard]] std::string format() const override { return format_; }
    [[nodiscard]] std::string status_detail() const override { return status_detail_; }

private:
    SourceStats stats_;
    std::vector<InterfaceInfo> interfaces_;
    std::string format_;
    std::string status_detail_;
};

}  // namespace deadpeer::cli
