// CaptureGap: a time in which a live capture saw nothing, or not all.
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
