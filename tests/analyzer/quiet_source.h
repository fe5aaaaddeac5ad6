// QuietSource: an input that is still being read.
#pragma once

#include <string>
#include <vector>

#include "deadpeer/source.h"

namespace deadpeer::test {

struct QuietSource final : PacketSource {
    SourceStats numbers;
    std::vector<InterfaceInfo> declared{{"eth0", 101, 0}};

    ReadStatus next(FrameBatch& /*batch*/) override { return ReadStatus::kIdle; }
    [[nodiscard]] const SourceStats& stats() const override { return numbers; }
    [[nodiscard]] const std::vector<InterfaceInfo>& interfaces() const override { return declared; }
    [[nodiscard]] std::string format() const override { return "live"; }
    [[nodiscard]] std::string status_detail() const override { return {}; }
};

}  // namespace deadpeer::test
