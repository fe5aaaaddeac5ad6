// TimerEstimate: which timer value a handful of measured gaps come from.
//
// What:   gaps are put into clusters; the largest cluster (of equal ones the shortest) is the timer's. A
//         timer never fires early, but late: Linux rounds a timer up by as much as an eighth of it, and
//         hosts are busy. So a gap g speaks for timers from g - lateness to g. Where nearly all gaps are
//         alike, a few shorter ones do not count. A single gap is no more than an upper bound, unless it is
//         hardly later than a round value.
// Units:  nanoseconds.
#pragma once

#include <array>
#include <cstdint>

#include "deadpeer/time.h"

namespace deadpeer {

// What gaps of one timer have in common.
struct GapCluster {
    Nanoseconds shortest = 0;
    Nanoseconds longest = 0;
    std::uint32_t gaps = 0;
    std::uint32_t votes = 0;  // of the gaps that are like the usual one, less those that are not
    Nanoseconds usual = 0;

    [[nodiscard]] bool takes(Nanoseconds gap) const;
    void add(Nanoseconds gap);
    void add(const GapCluster& other);

    // The timer that they come from; kNoTime if that is not known.
    [[nodiscard]] Nanoseconds timer() const;

    // Several gaps, so alike that no timer wheel rounded them up: they are the timer.
    [[nodiscard]] bool is_measured() const;

private:
    void vote(Nanoseconds gap, std::uint32_t count);
};

class TimerEstimate {
public:
    // REQUIRES: gap > 0.
    void add(Nanoseconds gap);

    // The timer's value: a round one if the gaps allow it, else the shortest gap. kNoTime without any gap.
    [[nodiscard]] Nanoseconds value() const;

    // The cluster that value() speaks for; no gaps if there is none.
    [[nodiscard]] const GapCluster& cluster() const;

    // The same without the cluster of that gap; cluster() if there is no other.
    [[nodiscard]] const GapCluster& cluster_but(Nanoseconds gap) const;

private:
    std::array<GapCluster, 3> clusters_{};
};

// The timer that gaps between `shortest` and `longest` come from.
Nanoseconds round_timer(Nanoseconds shortest, Nanoseconds longest);

}  // namespace deadpeer
