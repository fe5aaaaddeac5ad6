// CaptureGaps: when nothing, or not all, was captured from each input.
//
// Memory:  the latest few of each input.
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "keepalive/capture_gap.h"

namespace deadpeer {

class CaptureGaps {
public:
    // One that goes on, or, with `to`, that has ended: the end of the one that goes on, if there is one.
    // REQUIRES: in the order of time.
    void add(std::uint32_t input, Nanoseconds from, std::optional<Nanoseconds> to) {
        if (by_input_.size() <= input) by_input_.resize(input + 1);
        std::vector<CaptureGap>& gaps = by_input_[input];
        if (goes_on(input)) {
            if (to) gaps.back().to = std::max(*to, gaps.back().from);
            return;
        }
        if (gaps.size() == kMost) gaps.erase(gaps.begin());
        if (!gaps.empty()) from = std::max(from, gaps.back().to);
        gaps.push_back({from, to ? std::max(*to, from) : CaptureGap::kGoesOn});
    }

    [[nodiscard]] std::span<const CaptureGap> of(std::uint32_t input) const {
        return input < by_input_.size() ? std::span<const CaptureGap>(by_input_[input])
                                        : std::span<const CaptureGap>();
    }

    [[nodiscard]] bool goes_on(std::uint32_t input) const {
        const std::span<const CaptureGap> gaps = of(input);
        return !gaps.empty() && gaps.back().to == CaptureGap::kGoesOn;
    }

private:
    static constexpr std::size_t kMost = 64;

    std::vector<std::vector<CaptureGap>> by_input_;
};

}  // namespace deadpeer
