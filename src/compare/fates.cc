#include "compare/fates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <span>

#include "core/seq.h"

namespace deadpeer::comparing {
namespace {

// A single segment may be said to be lost, or made up, where a capture misses at most one in so many.
constexpr double kMissesHardlyAny = 5e-4;
// So seldom may all of a run have been missed by the capture.
constexpr double kLastRun = 1e-6;   // after which nothing of the side was seen: there is one a connection
constexpr double kInnerRun = 1e-8;  // among others that were seen: there are as many as there are segments
constexpr double kUsualMisses = 0.05;
constexpr std::ptrdiff_t kFewestUnanswered = 3;
constexpr Nanoseconds kTogether = 100 * kMillisecond;
constexpr std::uint64_t kFewestSeen = 5;  // from which on a capture is taken to miss nothing

// How the segments of a side look at the point nearer to their receiver.
struct UsualTtl {
    std::uint8_t least = 255;
    std::uint8_t most = 0;
    std::size_t count = 0;

    [[nodiscard]] bool is_other(std::uint8_t ttl) const {
        return count >= 2 && least == most && ttl != least;
    }
};

class Judge {
public:
    Judge(const PacketPairs& pairs, const CapturePoint& a, const CapturePoint& b, const Clock& clock,
          const BothComplete& complete)
        : pairs_(pairs), a_(a), b_(b), clock_(clock), complete_(complete) {
        fates_.of(true).resize(pairs.segments(true).size(), Fate::kUnknown);
        fates_.of(false).resize(pairs.segments(false).size(), Fate::kUnknown);
    }

    Fates go() {
        for (const std::size_t side : {kInitiator, kResponder}) {
            judge_crossed(side);
            if (!clock_.known()) continue;
            judge_sent(side);
            judge_received(side);
        }
        judge_resets_of_both();
        return std::move(fates_);
    }

private:
    void judge_crossed(std::size_t side);
    void judge_sent(std::size_t side);
    void judge_run(std::size_t side, const std::vector<std::uint32_t>& run, bool last,
                   const std::vector<Arrival>& arrived);
    [[nodiscard]] std::span<const std::uint32_t> met_silence(std::span<const std::uint32_t> run, bool near_a,
                                                             const std::vector<Arrival>& arrived) const;
    [[nodiscard]] std::span<const std::uint32_t> without_first(std::span<const std::uint32_t> run,
                                                               bool near_a) const;
    void judge_received(std::size_t side);
    void judge_resets_of_both();
    [[nodiscard]] bool would_be_seen(std::size_t side, bool at_a, const SegmentRecord& segment) const;
    [[nodiscard]] const CapturePoint& point(bool at_a) const { return at_a ? a_ : b_; }
    [[nodiscard]] const Completeness& complete(bool at_a) const { return complete_[at_a ? 0 : 1]; }

    const PacketPairs& pairs_;
    const CapturePoint& a_;
    const CapturePoint& b_;
    const Clock& clock_;
    const BothComplete& complete_;
    Fates fates_;
    std::array<std::vector<std::uint32_t>, 2> lone_resets_;  // by side, seen where they went to only
};

void Judge::judge_crossed(std::size_t side) {
    for (const bool at_a : {true, false}) {
        const auto all = pairs_.segments(at_a);
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            const Match& match = pairs_.matches(at_a)[i];
            if (pairs_.side(at_a, all[i]) != side || !match.found()) continue;
            const bool changed = (match.changed & ~pairs_.rewritten(side)) != 0;
            fates_.of(at_a)[i] = changed ? Fate::kChangedBetween : Fate::kCrossed;
        }
    }
}

// Was the other point capturing when it should have passed there?
bool Judge::would_be_seen(std::size_t side, bool at_a, const SegmentRecord& segment) const {
    const Nanoseconds time_a = at_a ? segment.time : segment.time - clock_.offset_at_b(segment.time);
    const Nanoseconds usual = pairs_.usual_difference(side, time_a, clock_);
    const Nanoseconds there = at_a ? segment.time + usual : segment.time - usual;
    const Nanoseconds margin = pairs_.tolerance(side);
    return point(!at_a).covers(there - margin, there + margin);
}

void Judge::judge_sent(std::size_t side) {
    const bool near_a = pairs_.from_a(side);
    const std::vector<Arrival> arrived = arrivals(pairs_, side, clock_);
    const auto all = pairs_.segments(near_a);
    std::vector<std::uint32_t> run;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        if (pairs_.side(near_a, all[i]) != side) continue;
        if (arrived[i] != Arrival::kSeen && arrived[i] != Arrival::kProved) {
            if (would_be_seen(side, near_a, all[i])) run.push_back(i);
            continue;
        }
        judge_run(side, run, false, arrived);
        run.clear();
    }
    judge_run(side, run, true, arrived);
}

// A part of a run of which silence says that it was lost: from the first segment that nobody answered to the
// last, and what came no later after it than those one after the other. Empty: too few for that.
std::span<const std::uint32_t> Judge::met_silence(std::span<const std::uint32_t> run, bool near_a,
                                                  const std::vector<Arrival>& arrived) const {
    const auto all = pairs_.segments(near_a);
    std::size_t first = run.size();
    std::size_t last = 0;
    std::ptrdiff_t unanswered = 0;
    Nanoseconds longest = 0;
    for (std::size_t i = 0; i < run.size(); ++i) {
        if (arrived[run[i]] != Arrival::kUnanswered) continue;
        if (++unanswered == 1)
            first = i;
        else
            longest = std::max(longest, all[run[i]].time - all[run[last]].time);
        last = i;
    }
    if (unanswered < kFewestUnanswered || std::pow(complete(!near_a).miss_chance(), unanswered) > kLastRun)
        return {};
    while (last + 1 < run.size() && all[run[last + 1]].time - all[run[last]].time <= longest * 5 / 4) ++last;
    return run.subspan(first, last + 1 - first);
}

// The last that crossed before all were lost may have been missed by the capture, and what came with it.
std::span<const std::uint32_t> Judge::without_first(std::span<const std::uint32_t> run, bool near_a) const {
    const auto all = pairs_.segments(near_a);
    std::size_t first = 0;
    while (first < run.size() && all[run[first]].time - all[run[0]].time <= kTogether) ++first;
    return run.subspan(first);
}

void Judge::judge_run(std::size_t side, const std::vector<std::uint32_t>& run, bool last,
                      const std::vector<Arrival>& arrived) {
    const bool near_a = pairs_.from_a(side);
    const Completeness& there = complete(!near_a);
    const double chance = there.miss_chance();
    const bool misses_nothing = there.missed == 0 && there.seen >= kFewestSeen;
    const auto asks = [&](std::uint32_t place) { return pairs_.segments(near_a)[place].asks(); };
    const auto lose = [&](std::uint32_t place) { fates_.of(near_a)[place] = Fate::kLostBetween; };
    for (const std::uint32_t place : run) {
        if (chance <= kMissesHardlyAny || (arrived[place] == Arrival::kRefuted && misses_nothing))
            lose(place);
    }
    std::ranges::for_each(met_silence(run, near_a, arrived), lose);
    // Of others, what asks for no answer may be the last that crossed.
    if (std::ranges::any_of(run, asks)) return;
    const std::span<const std::uint32_t> sure =
        there.missed == 0 ? std::span(run) : without_first(run, near_a);
    const double of_all = std::pow(last ? chance : std::max(chance, kUsualMisses), sure.size());
    if (of_all <= (last ? kLastRun : kInnerRun)) std::ranges::for_each(sure, lose);
}

void Judge::judge_received(std::size_t side) {
    const bool near_a = pairs_.from_a(side);
    const auto sent = pairs_.segments(near_a);
    const auto received = pairs_.segments(!near_a);
    UsualTtl usual;
    for (std::uint32_t i = 0; i < received.size(); ++i) {
        if (pairs_.side(!near_a, received[i]) != side || !pairs_.matches(!near_a)[i].found()) continue;
        usual.least = std::min(usual.least, received[i].ttl);
        usual.most = std::max(usual.most, received[i].ttl);
        ++usual.count;
    }
    // The last that its sender is known to have sent, apart from a RST.
    Nanoseconds spoke = kNoTime;
    for (const SegmentRecord& each : sent) {
        if (pairs_.side(near_a, each) == side && !each.has(kRst | kSyn)) spoke = std::max(spoke, each.time);
    }
    for (std::uint32_t i = 0; i < received.size(); ++i) {
        const SegmentRecord& each = received[i];
        const bool lone = pairs_.side(!near_a, each) == side && !pairs_.matches(!near_a)[i].found();
        if (!lone || !would_be_seen(side, !near_a, each)) continue;
        const Nanoseconds time_a = near_a ? each.time - clock_.offset_at_b(each.time) : each.time;
        const Nanoseconds offset = pairs_.usual_difference(side, time_a, clock_);
        const Nanoseconds left = near_a ? each.time - offset : each.time + offset;
        const bool reset = each.has(kRst);
        const bool went_on = reset && spoke != kNoTime && spoke > left + pairs_.tolerance(side);
        if (went_on || usual.is_other(each.ttl) || complete(near_a).miss_chance() <= kMissesHardlyAny) {
            fates_.of(!near_a)[i] = Fate::kInjectedBetween;
        } else if (reset) {
            lone_resets_.at(side).push_back(i);
        }
    }
}

// Each side received one that the other one is not known to have sent: no two captures miss just these.
void Judge::judge_resets_of_both() {
    if (lone_resets_[0].empty() || lone_resets_[1].empty()) return;
    for (const std::size_t side : {kInitiator, kResponder}) {
        for (const std::uint32_t place : lone_resets_.at(side))
            fates_.of(!pairs_.from_a(side))[place] = Fate::kInjectedBetween;
    }
}

// What its sender, or the numbers after it, show to have been sent.
void count_sent(const PacketPairs& pairs, std::size_t side, Completeness& near) {
    const bool near_a = pairs.from_a(side);
    const auto sent = pairs.segments(near_a);
    const auto received = pairs.segments(!near_a);
    std::optional<Seq> last;
    for (const SegmentRecord& each : sent) {
        if (pairs.side(near_a, each) != side || each.has(kRst)) continue;
        const Seq end(pairs.seq_at_b(near_a, each) + each.octets());
        if (!last || last->before(end)) last = end;
    }
    for (std::uint32_t i = 0; i < received.size(); ++i) {
        const SegmentRecord& each = received[i];
        if (pairs.side(!near_a, each) != side || each.octets() == 0 || each.has(kRst)) continue;
        if (pairs.matches(!near_a)[i].found()) {
            ++near.seen;
        } else if (last && Seq(pairs.seq_at_b(!near_a, each) + each.octets()).at_or_before(*last)) {
            ++near.missed;
        }
    }
}

}  // namespace

BothComplete completeness(const PacketPairs& pairs, const Clock& clock) {
    BothComplete both;
    for (const std::size_t side : {kInitiator, kResponder}) {
        const bool near_a = pairs.from_a(side);
        Completeness& near = both.at(near_a ? 0 : 1);
        Completeness& far = both.at(near_a ? 1 : 0);
        count_sent(pairs, side, near);
        if (!clock.known()) continue;
        const std::vector<Arrival> arrived = arrivals(pairs, side, clock);
        const auto all = pairs.segments(near_a);
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (arrived[i] == Arrival::kProved) ++far.missed;
            if (arrived[i] == Arrival::kSeen && all[i].asks()) ++far.seen;
        }
    }
    return both;
}

Fates fates(const PacketPairs& pairs, const CapturePoint& a, const CapturePoint& b, const Clock& clock,
            const BothComplete& complete) {
    return Judge(pairs, a, b, clock, complete).go();
}

}  // namespace deadpeer::comparing
