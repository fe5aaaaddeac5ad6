#include "detect/timer_estimate.h"

#include <algorithm>
#include <cstdlib>

namespace deadpeer {
namespace {

// A timer seems early by clock error at most, and late by scheduling: 3 %, at least 50 ms.
constexpr Nanoseconds earliest_timer(Nanoseconds gap) {
    return gap - std::max(50 * kMillisecond, gap / 100 * 3);
}
constexpr Nanoseconds latest_timer(Nanoseconds gap) {
    return gap + gap / 100;
}

// Linux's timer wheel rounds up by at most one part in eight.
constexpr Nanoseconds earliest_wheel_timer(Nanoseconds gap) {
    return gap - gap / 9;
}

// People and systems set timers to such multiples; the roundest first.
constexpr std::array<Nanoseconds, 14> kRoundSteps = {
    3600 * kSecond, 1800 * kSecond, 900 * kSecond,      600 * kSecond,     300 * kSecond,
    60 * kSecond,   50 * kSecond,   30 * kSecond,       15 * kSecond,      10 * kSecond,
    5 * kSecond,    kSecond,        500 * kMillisecond, 100 * kMillisecond};

// The roundest value between the two, of equals the one closest to what was measured; 0 if there is none.
Nanoseconds roundest_between(Nanoseconds earliest, Nanoseconds latest, Nanoseconds measured) {
    for (const Nanoseconds step : kRoundSteps) {
        const Nanoseconds below = measured / step * step;
        const Nanoseconds above = below + step;
        const bool below_fits = below >= earliest && below > 0;
        if (above <= latest && (!below_fits || above - measured < measured - below)) return above;
        if (below_fits) return below;
    }
    return 0;
}

// Half a second that is met so closely is no whole second that a timer wheel rounded up.
bool is_half_second(Nanoseconds timer, Nanoseconds gap) {
    const Nanoseconds lateness = gap - timer;
    return timer % (500 * kMillisecond) == 0 && lateness >= -10 * kMillisecond &&
           lateness <= 10 * kMillisecond + timer / 1000;
}

bool are_alike(Nanoseconds one, Nanoseconds other) {
    return std::abs(one - other) <= std::max(50 * kMillisecond, other / 100);
}

// Of a single gap: how late it is nobody knows, if not by a little.
Nanoseconds timer_by_one(Nanoseconds gap) {
    constexpr Nanoseconds kSlot = 256 * kMillisecond;  // of Linux's timer wheel, from 2 s to 16 s
    const Nanoseconds timer = round_timer(gap, gap);
    const bool in_slot = timer >= 2 * kSecond && gap - timer <= kSlot;
    return in_slot || timer >= earliest_timer(gap) ? timer : kNoTime;
}

// Of equal ones the shortest wins.
bool weaker(const GapCluster& a, const GapCluster& b) {
    return a.gaps != b.gaps ? a.gaps < b.gaps : a.shortest > b.shortest;
}

}  // namespace

bool GapCluster::takes(Nanoseconds gap) const {
    if (gaps == 0) return true;
    const Nanoseconds low = std::min(shortest, gap);
    const Nanoseconds high = std::max(longest, gap);
    return earliest_wheel_timer(high) <= latest_timer(low) || high - low <= 50 * kMillisecond;
}

void GapCluster::add(Nanoseconds gap) {
    shortest = gaps == 0 ? gap : std::min(shortest, gap);
    longest = gaps == 0 ? gap : std::max(longest, gap);
    ++gaps;
    vote(gap, 1);
}

void GapCluster::add(const GapCluster& other) {
    if (other.gaps == 0) return;
    shortest = gaps == 0 ? other.shortest : std::min(shortest, other.shortest);
    longest = gaps == 0 ? other.longest : std::max(longest, other.longest);
    gaps += other.gaps;
    vote(other.usual, other.votes);
}

// What has the majority in the end is the usual one.
void GapCluster::vote(Nanoseconds gap, std::uint32_t count) {
    if (count == 0) return;
    if (votes > 0 && are_alike(gap, usual)) {
        usual = std::min(usual, gap);
        votes += count;
    } else if (count > votes) {
        usual = gap;
        votes = count - votes;
    } else {
        votes -= count;
    }
}

Nanoseconds GapCluster::timer() const {
    constexpr std::uint32_t kFewestWithOutliers = 8;
    if (gaps == 0) return kNoTime;
    if (gaps == 1) return timer_by_one(shortest);
    const bool nearly_all = gaps >= kFewestWithOutliers && votes >= gaps / 4 * 3;
    return nearly_all ? round_timer(usual, usual) : round_timer(shortest, longest);
}

void TimerEstimate::add(Nanoseconds gap) {
    const auto home = std::ranges::find_if(clusters_, [&](const GapCluster& c) { return c.takes(gap); });
    if (home != clusters_.end()) {
        home->add(gap);
        return;
    }
    // All taken: the least supported one makes room.
    GapCluster& weakest = *std::ranges::min_element(clusters_, {}, &GapCluster::gaps);
    weakest = {};
    weakest.add(gap);
}

const GapCluster& TimerEstimate::cluster() const {
    return *std::ranges::max_element(clusters_, weaker);
}

const GapCluster& TimerEstimate::cluster_but(Nanoseconds gap) const {
    const auto counted = [&](const GapCluster& cluster) {
        return cluster.takes(gap) ? GapCluster{} : cluster;
    };
    const auto best = std::ranges::max_element(clusters_, weaker, counted);
    return counted(*best).gaps > 0 ? *best : cluster();
}

Nanoseconds TimerEstimate::value() const {
    return cluster().timer();
}

Nanoseconds round_timer(Nanoseconds shortest, Nanoseconds longest) {
    const Nanoseconds latest = latest_timer(shortest);
    const Nanoseconds strict = roundest_between(earliest_timer(longest), latest, shortest);
    // Below a whole second nothing but a close match is worth more than the measurement.
    const bool close = strict % kSecond == 0 || shortest < kSecond || is_half_second(strict, shortest);
    if (strict != 0 && close) return strict;
    const Nanoseconds wide = roundest_between(earliest_wheel_timer(longest), latest, shortest);
    if (wide != 0 && wide % kSecond == 0) return wide;
    return strict != 0 ? strict : shortest;
}

}  // namespace deadpeer
