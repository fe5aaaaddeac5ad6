// BegunSource: a source whose first frames somebody else has seen already: they come again.
//
// Threads: one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "deadpeer/source.h"

namespace deadpeer::cli {

class BegunSource final : public PacketSource {
public:
    // `first`: what the source's next() gave last.
    BegunSource(std::unique_ptr<PacketSource> inner, const FrameBatch& first)
        : inner_(std::move(inner)), first_(first) {}

    ReadStatus next(FrameBatch& batch) override {
        if (first_.count == 0) return inner_->next(batch);
        batch = first_;
        first_.clear();
        return ReadStatus::kFrames;
    }
    [[nodiscard]] const SourceStats& stats() const override { return inner_->stats(); }
    [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const override {
        return inner_->interfaces();
    }
    [[nodiscard]] std::string format() const override { return inner_->format(); }
    [[nodiscard]] std::string status_detail() const override { return inner_->status_detail(); }

private:
    std::unique_ptr<PacketSource> inner_;
    FrameBatch first_;
};

}  // namespace deadpeer::cli
