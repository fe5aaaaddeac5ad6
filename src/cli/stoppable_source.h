// StoppableSource: a source that ends early when it is told to stop.
//
// What:    stopping a file of known size leaves it truncated, with a detail that says so. Stopping an endless
//          input (a pipe) is its end: what had arrived is still handed out.
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "deadpeer/source.h"

namespace deadpeer::cli {

class StoppableSource final : public PacketSource {
public:
    StoppableSource(std::unique_ptr<PacketSource> inner, std::function<bool()> stop_requested)
        : inner_(std::move(inner)), stop_requested_(std::move(stop_requested)) {}

    // Never kIdle.
    ReadStatus next(FrameBatch& batch) override;
    [[nodiscard]] bool frames_stay() const override { return inner_->frames_stay(); }
    [[nodiscard]] const SourceStats& stats() const override { return inner_->stats(); }
    [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const override {
        return inner_->interfaces();
    }
    [[nodiscard]] std::string format() const override { return inner_->format(); }
    [[nodiscard]] std::string status_detail() const override {
        return stopped_detail_.empty() ? inner_->status_detail() : stopped_detail_;
    }

private:
    ReadStatus end_of_stopped();
    [[nodiscard]] bool is_drained();

    std::unique_ptr<PacketSource> inner_;
    std::function<bool()> stop_requested_;
    std::string stopped_detail_;
    std::optional<std::uint64_t> drain_until_;  // in bytes_read, once an endless input was stopped
};

}  // namespace deadpeer::cli
