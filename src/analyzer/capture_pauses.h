// CapturePauses: when a file holds no frame at all, for a long time.
//
// What:    in such a time the link may have been quiet, or the capture interrupted: files do not say.
// Cost:    O(1) a frame.
// Memory:  bounded: when there are too many, only the longer ones are kept.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "keepalive/capture_gap.h"

namespace deadpeer {

class CapturePauses {
public:
    void advance(Nanoseconds time) {
        if (previous_ != kNoTime && time - previous_ >= shortest_) add({previous_, time});
        // There is a frame of that time after all, or the clock was set back.
        if (time < previous_)
            while (!pauses_.empty() && pauses_.back().to > time) pauses_.pop_back();
        previous_ = time;
    }

    // In the order of time.
    [[nodiscard]] std::span<const CaptureGap> all() const { return pauses_; }

    [[nodiscard]] std::size_t memory() const { return pauses_.capacity() * sizeof(CaptureGap); }

private:
    static constexpr std::size_t kMost = 4096;

    void add(CaptureGap pause) {
        pauses_.push_back(pause);
        while (pauses_.size() > kMost) {
            shortest_ *= 2;
            std::erase_if(pauses_, [&](const CaptureGap& each) { return each.to - each.from < shortest_; });
        }
    }

    Nanoseconds previous_ = kNoTime;
    Nanoseconds shortest_ = 5 * kSecond;
    std::vector<CaptureGap> pauses_;
};

}  // namespace deadpeer
