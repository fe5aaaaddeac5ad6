// CaptureGaps: when nothing, or not all, was captured from each input.
//
// Memory:  the latest few of each input.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "detect/capture_gap.h"

namespace deadpeer {

class CaptureGaps {
public:
    // One that goes on, or, with `to`, that has ended: the end of the one that goes on, if there is one.
    // REQUIRES: in the order of time.
    void add(std::uint32_t input, Nanoseconds from, std::optional<Nanoseconds> to) {
        if (by_input_.size() <= input) by_input_.resize(input + 1);
        add(by_input_[input], from, to);
        const bool another_goes_on =
            std::ranges::any_of(by_input_, [](const Gaps& gaps) { return deadpeer::goes_on(gaps); });
        if (!to || !another_goes_on) add(of_any_, from, to);
    }

    [[nodiscard]] std::span<const CaptureGap> of(std::uint32_t input) const {
        return input < by_input_.size() ? std::span<const CaptureGap>(by_input_[input])
                                        : std::span<const CaptureGap>();
    }
    // The times in which one of the inputs had a gap.
    [[nodiscard]] std::span<const CaptureGap> of_any() const { return of_any_; }

    [[nodiscard]] bool goes_on(std::uint32_t input) const { return deadpeer::goes_on(of(input)); }

private:
    using Gaps = std::vector<CaptureGap>;
    static constexpr std::size_t kMost = 64;

    static void add(Gaps& gaps, Nanoseconds from, std::optional<Nanoseconds> to) {
        if (deadpeer::goes_on(gaps)) {
            if (to) gaps.back().to = std::max(*to, gaps.back().from);
            return;
        }
        if (gaps.size() == kMost) gaps.erase(gaps.begin());
        if (!gaps.empty()) from = std::max(from, gaps.back().to);
        gaps.push_back({from, to ? std::max(*to, from) : CaptureGap::kGoesOn});
    }

    std::vector<Gaps> by_input_;
    Gaps of_any_;
};

}  // namespace deadpeer
