// CaptureGap: a time in which a capture saw nothing, or not all.
//
// Threads: pure functions.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include "deadpeer/time.h"

namespace deadpeer {

struct CaptureGap {
    static constexpr Nanoseconds kGoesOn = std::numeric_limits<Nanoseconds>::max();

    Nanoseconds from = kNoTime;
    Nanoseconds to = kGoesOn;
};

// Whether the last of them has no end yet.
inline bool goes_on(std::span<const CaptureGap> gaps) {
    return !gaps.empty() && gaps.back().to == CaptureGap::kGoesOn;
}

// Whether it has begun by then.
inline bool goes_on(std::span<const CaptureGap> gaps, Nanoseconds at) {
    return goes_on(gaps) && gaps.back().from <= at;
}

// All but one that goes on.
inline std::span<const CaptureGap> ended(std::span<const CaptureGap> gaps) {
    return goes_on(gaps) ? gaps.first(gaps.size() - 1) : gaps;
}

// How much of the time between the two lies in gaps. REQUIRES: the gaps do not overlap.
inline Nanoseconds overlap(std::span<const CaptureGap> gaps, Nanoseconds from, Nanoseconds to) {
    Nanoseconds sum = 0;
    for (const CaptureGap& gap : gaps) {
        sum += std::max(std::min(gap.to, to) - std::max(gap.from, from), Nanoseconds{0});
    }
    return sum;
}

// Whether a file that holds no frame at all for so long seems to have been interrupted, rather than the
// link to have been quiet, while something was waited for: the pause takes up most of that time and is many
// times as long.
// REQUIRES: the pauses are in the order of time.
inline bool seems_interrupted(std::span<const CaptureGap> pauses, Nanoseconds from, Nanoseconds to) {
    constexpr Nanoseconds kShortest = 60 * kSecond;
    constexpr int kTimesTheWait = 10;
    constexpr int kMostLooked = 8;
    const Nanoseconds least = std::max(kShortest, (to - from) * kTimesTheWait);
    auto pause = std::ranges::upper_bound(pauses, from, {}, &CaptureGap::to);
    for (int i = 0; i < kMostLooked && pause != pauses.end() && pause->from < to; ++i, ++pause) {
        const Nanoseconds common = std::min(pause->to, to) - std::max(pause->from, from);
        if (common > (to - from) / 4 * 3 && pause->to - pause->from >= least) return true;
    }
    return false;
}

// When `span` has passed since `from`, the time in gaps not counted; no value while a gap goes on that it
// reaches into. REQUIRES: the gaps are in the order of time; span >= 0.
inline std::optional<Nanoseconds> after_gaps(std::span<const CaptureGap> gaps, Nanoseconds from,
                                             Nanoseconds span) {
    if (from > CaptureGap::kGoesOn - span) return std::nullopt;  // a clock was set back by many years
    Nanoseconds end = from + span;
    for (const CaptureGap& gap : gaps) {
        if (gap.to <= from) continue;
        if (gap.from >= end) break;
        if (gap.to == CaptureGap::kGoesOn) return std::nullopt;
        end += gap.to - std::max(gap.from, from);
    }
    return end;
}

}  // namespace deadpeer
