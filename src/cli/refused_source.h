// RefusedSource: stands in for an input that could not be opened, so that it has its row in capture.csv.
//
// Threads: one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "deadpeer/source.h"

namespace deadpeer::cli {

class RefusedSource final : public PacketSource {
public:
    explicit RefusedSource(std::string reason) : reason_(std::move(reason)) {}

    ReadStatus next(FrameBatch& batch) override {
        batch.clear();
        return ReadStatus::kEnd;
    }
    [[nodiscard]] const SourceStats& stats() const override { return stats_; }
    [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    [[nodiscard]] std::string format() const override { return {}; }
    [[nodiscard]] std::string status_detail() const override { return reason_; }

private:
    std::string reason_;
    SourceStats stats_;
    std::vector<InterfaceInfo> interfaces_;
};

}  // namespace deadpeer::cli
