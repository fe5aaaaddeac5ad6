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

// When a capture holds no frame at all, for some seconds or more.
struct Pauses {
    std::span<const CaptureGap> all;  // in the order of time
    Nanoseconds busy = 0;             // the time that is in none of them
    Nanoseconds second_longest = 0;
    bool live = false;                   // the capture is known to have gone on, but for what comes next
    Nanoseconds silent_since = kNoTime;  // no frame at all has come since, and nobody knows why
};

// The length of the pause that takes up most of that time; 0 if none does.
inline Nanoseconds pause_of_most(const Pauses& pauses, Nanoseconds from, Nanoseconds to) {
    constexpr int kMostLooked = 8;
    if (from == kNoTime || to <= from) return 0;
    auto pause = std::ranges::upper_bound(pauses.all, from, {}, &CaptureGap::to);
    for (int i = 0; i < kMostLooked && pause != pauses.all.end() && pause->from < to; ++i, ++pause) {
        const Nanoseconds common = std::min(pause->to, to) - std::max(pause->from, from);
        if (common > (to - from) / 4 * 3) return pause->to - pause->from;
    }
    return 0;
}

// Whether a file that holds no frame at all for so long seems to have been interrupted, rather than the
// link to have been quiet, while something was waited for: the pause takes up most of that time and is many
// times as long.
inline bool seems_interrupted(const Pauses& pauses, Nanoseconds from, Nanoseconds to) {
    constexpr Nanoseconds kShortest = 60 * kSecond;
    constexpr int kTimesTheWait = 10;
    if (pauses.live) return false;
    return pause_of_most(pauses, from, to) >= std::max(kShortest, (to - from) * kTimesTheWait);
}

// How long a file seems to have been interrupted for most of that time: no link is quiet for days that never
// was for a tenth of that before.
inline Nanoseconds interruption_of_most(const Pauses& pauses, Nanoseconds from, Nanoseconds to) {
    constexpr Nanoseconds kShortest = 72 * 3'600 * kSecond;
    constexpr int kTimesOthers = 10;
    const Nanoseconds pause = pauses.live ? 0 : pause_of_most(pauses, from, to);
    return pause >= kShortest && pause / kTimesOthers >= pauses.second_longest ? pause : 0;
}

// Whether the capture may have stopped for most of that time, and not have gone on yet.
inline bool may_be_paused(const Pauses& pauses, Nanoseconds from, Nanoseconds to) {
    constexpr Nanoseconds kShortest = 5 * kSecond;
    if (pauses.silent_since == kNoTime || from == kNoTime || to <= from) return false;
    const Nanoseconds paused = to - std::max(from, pauses.silent_since);
    return paused >= kShortest && paused > (to - from) / 4 * 3;
}

// Whether everybody was silent at once for most of that time, in a capture that hardly ever is silent: its
// clock was set forward, or the link or the mirror port that feeds it was down.
inline bool all_fell_silent(const Pauses& pauses, Nanoseconds from, Nanoseconds to) {
    constexpr int kTimesOthers = 4;
    const Nanoseconds pause = pause_of_most(pauses, from, to);
    return pause > 0 && pauses.busy >= pause && pause / kTimesOthers >= pauses.second_longest;
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
