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

// What a tight group of gaps may differ by: jitter, not the lateness of a timer.
constexpr Nanoseconds jitter(Nanoseconds gap) {
    return std::min(std::max(50 * kMillisecond, gap / 400), gap / 20);
}

// Where a timer fires late by a slot of Linux's timer wheel and is set again at once, the next gap is a whole
// number of slots, less the time that the answer takes.
bool is_whole_slots(Nanoseconds gap) {
    constexpr std::array<Nanoseconds, 3> kTicks = {kMillisecond, 4 * kMillisecond, 10 * kMillisecond};
    constexpr Nanoseconds kLate = 20 * kMillisecond;
    constexpr Nanoseconds kLongestAnswer = 300 * kMillisecond;
    return std::ranges::any_of(kTicks, [&](Nanoseconds tick) {
        Nanoseconds slot = tick;
        while (gap >= 63 * slot) slot *= 8;
        const Nanoseconds rest = gap % slot;
        return rest <= std::min(kLate, slot / 8) || slot - rest <= std::min(kLongestAnswer, slot / 5);
    });
}

// As precise as such a gap can be measured.
Nanoseconds rounded_measurement(Nanoseconds gap) {
    const Nanoseconds step = gap >= 10 * kSecond ? 100 * kMillisecond : 10 * kMillisecond;
    return gap < kSecond ? gap : (gap + step / 2) / step * step;
}

// Of gaps that are all alike: a round value that they meet, one that a timer wheel rounds up to them, or what
// was measured.
Nanoseconds timer_of_alike(Nanoseconds gap) {
    const Nanoseconds early = std::min(std::max(50 * kMillisecond, gap / 4000), gap / 20);
    const Nanoseconds late = std::min(std::max(250 * kMillisecond, gap / 300), gap / 10);
    const Nanoseconds met = roundest_between(gap - late, gap + early, gap);
    const Nanoseconds lateness = gap - met;
    const bool hardly_late = lateness <= std::max(100 * kMillisecond, gap / 1000);
    if (met % (5 * kSecond) == 0 && met != 0) return met;
    if (met != 0 && hardly_late && (met % kSecond == 0 || gap < kSecond)) return met;
    if (met != 0 && is_half_second(met, gap) && lateness <= 50 * kMillisecond) return met;
    return is_whole_slots(gap) ? round_timer(gap, gap) : rounded_measurement(gap);
}

// Of a single gap nobody knows how late it is. It is a value only where it meets a whole second, or is
// later by a slot of Linux's timer wheel, or hardly later than a multiple of five, or than the two hours
// of the standard (RFC 9293 3.8.4).
Nanoseconds timer_by_one(Nanoseconds gap) {
    constexpr Nanoseconds kSlot = 260 * kMillisecond;  // of Linux's timer wheel, from 2 s to 16 s, and a tick
    constexpr Nanoseconds kStandard = 7200 * kSecond;
    const auto lateness = [&](Nanoseconds step) {
        const Nanoseconds early = std::max(10 * kMillisecond, gap / 10'000);
        return std::max<Nanoseconds>((gap + early) % step - early, 0);
    };
    const auto timer = [&](Nanoseconds step) { return (gap + 500 * kMillisecond) / step * step; };
    if (gap >= kStandard && earliest_wheel_timer(gap) <= kStandard) return kStandard;
    if (gap >= 5 * kSecond - 10 * kMillisecond && lateness(5 * kSecond) <= kSlot) return timer(5 * kSecond);
    const Nanoseconds late = gap >= 2 * kSecond && gap < 16 * kSecond + kSlot ? kSlot : 50 * kMillisecond;
    const bool met = gap >= kSecond - 10 * kMillisecond && lateness(kSecond) <= late;
    return met ? timer(kSecond) : kNoTime;
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
    if (longest - shortest <= jitter(longest)) return timer_of_alike(shortest);
    const Nanoseconds timer = nearly_all ? round_timer(usual, usual) : round_timer(shortest, longest);
    return timer <= longest ? timer : rounded_measurement(nearly_all ? usual : shortest);
}

bool GapCluster::is_measured() const {
    return gaps > 1 && longest - shortest <= jitter(longest) && !is_whole_slots(shortest);
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
