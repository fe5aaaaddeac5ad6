// CapturePauses: when a capture holds no frame at all, for a long time.
//
// What:    in such a time the link may have been quiet, or the capture interrupted: files do not say.
// Cost:    O(1) a frame.
// Memory:  bounded: when there are too many, only the longer ones are kept; of a live capture the latest.
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
    void advance(Nanoseconds time, bool live) {
        if (previous_ != kNoTime && time > previous_) note(time - previous_);
        if (previous_ != kNoTime && time - previous_ >= shortest_) add({previous_, time}, live);
        // There is a frame of that time after all, or the clock was set back.
        if (time < previous_)
            while (!pauses_.empty() && pauses_.back().to > time) pauses_.pop_back();
        previous_ = time;
    }

    [[nodiscard]] Pauses all(bool live) const { return {pauses_, busy_, second_longest_, live}; }

    [[nodiscard]] std::size_t memory() const { return pauses_.capacity() * sizeof(CaptureGap); }

private:
    static constexpr std::size_t kMost = 4096;
    static constexpr Nanoseconds kShortest = 5 * kSecond;

    void note(Nanoseconds between) {
        if (between < kShortest) {
            busy_ += between;
        } else if (between > second_longest_) {
            second_longest_ = std::min(between, longest_);
            longest_ = std::max(between, longest_);
        }
    }

    void add(CaptureGap pause, bool live) {
        pauses_.reserve(kMost + 1);
        pauses_.push_back(pause);
        if (live && pauses_.size() > kMost) pauses_.erase(pauses_.begin(), pauses_.begin() + kMost / 2);
        while (pauses_.size() > kMost) {
            shortest_ *= 2;
            std::erase_if(pauses_, [&](const CaptureGap& each) { return each.to - each.from < shortest_; });
        }
    }

    Nanoseconds previous_ = kNoTime;
    Nanoseconds shortest_ = kShortest;
    Nanoseconds busy_ = 0;
    Nanoseconds longest_ = 0;
    Nanoseconds second_longest_ = 0;
    std::vector<CaptureGap> pauses_;
};

}  // namespace deadpeer
