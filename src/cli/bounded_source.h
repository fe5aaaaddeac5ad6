// BoundedSource: a source that ends early, after a number of frames or when it is told to stop.
//
// What:     frames beyond the limit are taken out of the batch and out of stats(). Stopping a file of known
//           size leaves it truncated, with a detail that says so. Stopping an endless input (a pipe) is its
//           end: what had arrived is still handed out.
// Lifetime: the inner source and the counter must outlive it.
// Threads:  one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "deadpeer/source.h"

namespace deadpeer::cli {

class BoundedSource final : public PacketSource {
public:
    // `frames_left`: how many more frames that pass the filter; counted down. No value = no limit.
    BoundedSource(PacketSource& inner, std::optional<std::uint64_t>& frames_left,
                  std::function<bool()> stop_requested)
        : inner_(inner), frames_left_(frames_left), stop_requested_(std::move(stop_requested)) {}

    // Never kIdle.
    ReadStatus next(FrameBatch& batch) override;
    [[nodiscard]] const SourceStats& stats() const override { return stats_; }
    [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const override {
        return inner_.interfaces();
    }
    [[nodiscard]] std::string format() const override { return inner_.format(); }
    [[nodiscard]] std::string status_detail() const override {
        return stopped_detail_.empty() ? inner_.status_detail() : stopped_detail_;
    }

private:
    ReadStatus end_of_stopped();
    [[nodiscard]] bool is_drained();
    void cut(FrameBatch& batch);
    void take_stats();

    PacketSource& inner_;
    std::optional<std::uint64_t>& frames_left_;
    std::function<bool()> stop_requested_;
    SourceStats stats_;
    std::uint64_t cut_frames_ = 0;
    std::uint64_t cut_bytes_ = 0;
    std::string stopped_detail_;
    std::optional<std::uint64_t> drain_until_;  // in bytes_read, once an endless input was stopped
};

}  // namespace deadpeer::cli
