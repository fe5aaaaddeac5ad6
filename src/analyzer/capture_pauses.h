// CapturePauses: when a capture holds no frame at all, for a long time.
//
// What:    in such a time the link may have been quiet, or the capture interrupted: files do not say.
// Cost:    O(1) a frame.
// Memory:  bounded: when there are too many, only the longer ones are kept; of a live capture the latest.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "detect/capture_gap.h"

namespace deadpeer {

class CapturePauses {
public:
    static constexpr Nanoseconds kShortest = 5 * kSecond;

    void advance(Nanoseconds time, bool live) {
        const Nanoseconds before = std::exchange(previous_, time);
        // Backwards, and the first time, it is a large number.
        const std::uint64_t passed = static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(before);
        if (passed >= std::uint64_t{kShortest}) note(before, time, live);
    }

    [[nodiscard]] Pauses all(bool live) const {
        const Nanoseconds busy = first_ == kNoTime ? 0 : previous_ - first_ - paused_;
        return {pauses_, busy, second_longest_, live};
    }

    // The latest frame's time.
    [[nodiscard]] Nanoseconds latest() const { return previous_; }

    [[nodiscard]] std::size_t memory() const { return pauses_.capacity() * sizeof(CaptureGap); }

private:
    static constexpr std::size_t kMost = 4096;

    void note(Nanoseconds before, Nanoseconds time, bool live) {
        if (first_ == kNoTime) {
            first_ = time;
        } else if (time < before) {
            go_back(before, time);
        } else {
            const Nanoseconds length = time - before;
            paused_ += length;
            second_longest_ = std::max(second_longest_, std::min(length, longest_));
            longest_ = std::max(length, longest_);
            if (length >= shortest_) add({before, time}, live);
        }
    }

    // There are frames of that time after all, or the clock was set back.
    void go_back(Nanoseconds before, Nanoseconds time) {
        paused_ -= before - time;
        while (!pauses_.empty() && pauses_.back().to > time) pauses_.pop_back();
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
    Nanoseconds first_ = kNoTime;
    Nanoseconds paused_ = 0;
    Nanoseconds longest_ = 0;
    Nanoseconds second_longest_ = 0;
    std::vector<CaptureGap> pauses_;
};

}  // namespace deadpeer
