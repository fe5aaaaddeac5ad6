#include "compare/comparison.h"

#include <algorithm>

#include "compare/terminated.h"

namespace deadpeer::comparing {
namespace {

bool crossed(Fate fate) {
    return fate == Fate::kCrossed || fate == Fate::kChangedBetween;
}

Nanoseconds time_a_of(const SegmentRecord& segment, bool at_a, const Clock& clock) {
    return at_a || !clock.known() ? segment.time : segment.time - clock.offset_at_b(segment.time);
}

Delay delay(const PacketPairs& pairs, bool from_a, const Clock& clock) {
    std::vector<Nanoseconds> delays;
    const auto at_a = pairs.segments(true);
    for (std::size_t i = 0; i < at_a.size(); ++i) {
        const Match& match = pairs.matches(true)[i];
        if (!match.found() || match.by_octets || pairs.from_a(pairs.side(true, at_a[i])) != from_a) continue;
        const Nanoseconds ahead =
            pairs.segments(false)[match.other].time - at_a[i].time - clock.offset_at(at_a[i].time);
        delays.push_back(from_a ? ahead : -ahead);
    }
    if (delays.empty()) return {};
    const auto middle = delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2);
    std::ranges::nth_element(delays, middle);
    return {*std::ranges::min_element(delays), *middle};
}

void count_fate(Path& path, const SegmentFate& told) {
    switch (told.fate) {
        case Fate::kLostBetween:
            ++(told.from_a ? path.lost_a_to_b : path.lost_b_to_a);
            break;
        case Fate::kInjectedBetween:
            ++(told.from_a ? path.injected_at_b : path.injected_at_a);
            break;
        case Fate::kChangedBetween:
            ++path.changed;
            break;
        case Fate::kUnknown:
            ++path.unknown;
            break;
        case Fate::kCrossed:
            break;
    }
}

void count_probe(Path& path, const SegmentRecord& sent, Fate fate) {
    if (sent.kind == SegmentKind::kKeepaliveProbe) {
        ++path.probes_sent;
        if (crossed(fate)) ++path.probes_crossed;
    } else if (sent.kind == SegmentKind::kKeepaliveAck || sent.kind == SegmentKind::kKeepaliveAnswerData) {
        if (crossed(fate)) ++path.answers_crossed;
    }
}

// Everything that one point saw; what both saw is told where it was sent.
void look_at(bool at_a, const PacketPairs& pairs, const Fates& fates, Path& path,
             const std::function<void(const SegmentFate&)>& tell) {
    const auto all = pairs.segments(at_a);
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        const Match& match = pairs.matches(at_a)[i];
        const std::size_t side = pairs.side(at_a, all[i]);
        const bool from_a = pairs.from_a(side);
        const Fate fate = fates.of(at_a)[i];
        if (from_a == at_a) count_probe(path, all[i], fate);
        if (match.found() && from_a != at_a) continue;
        if (match.found()) ++path.packets_paired;
        if (fate == Fate::kCrossed) continue;
        const SegmentRecord* const other = match.found() ? &pairs.segments(!at_a)[match.other] : nullptr;
        const SegmentFate told = {at_a ? &all[i] : other, at_a ? other : &all[i], from_a, fate,
                                  static_cast<Changes>(match.changed & ~pairs.rewritten(side))};
        count_fate(path, told);
        tell(told);
    }
}

// When the last crossed before the first that was lost.
void find_the_loss(const PacketPairs& pairs, const Fates& fates, const Clock& clock, Path& path) {
    const bool of_verdict =
        path.verdict.fate == PathFate::kDiedBetween || path.verdict.fate == PathFate::kAnswerDiedBetween;
    if (of_verdict) path.first_lost = time_a_of(*path.decisive, path.verdict.at_a, clock);
    for (const bool at_a : {true, false}) {
        const auto all = pairs.segments(at_a);
        for (std::size_t i = 0; !of_verdict && i < all.size(); ++i) {
            if (fates.of(at_a)[i] != Fate::kLostBetween) continue;
            const Nanoseconds time = time_a_of(all[i], at_a, clock);
            if (path.first_lost == kNoTime || time < path.first_lost) path.first_lost = time;
        }
    }
    const auto at_a = pairs.segments(true);
    for (std::size_t i = 0; i < at_a.size(); ++i) {
        const Nanoseconds time = at_a[i].time;
        if (!crossed(fates.of(true)[i]) || (path.first_lost != kNoTime && time > path.first_lost)) continue;
        path.last_crossed = std::max(path.last_crossed, time);
    }
    if (path.first_lost != kNoTime && path.last_crossed != kNoTime)
        path.idle_before_loss = path.first_lost - path.last_crossed;
}

// As far as its own point saw.
bool holds(const PacketPairs& pairs, std::size_t side) {
    const bool near_a = pairs.from_a(side);
    return std::ranges::none_of(pairs.segments(near_a), [&](const SegmentRecord& each) {
        return pairs.side(near_a, each) == side && each.has(kFin | kRst);
    });
}

}  // namespace

Comparison::Comparison(const CapturePoint& a, const CapturePoint& b)
    : a_(a), b_(b), connections_(pair_connections(a, b)) {
    packets_.reserve(connections_.size());
    std::vector<Reading> readings;
    for (const ConnectionPair& pair : connections_) {
        PacketPairs& packets = packets_.emplace_back(a, b, pair);
        if (pair.terminated) continue;
        packets.pair_certain();
        packets.add_readings(readings);
    }
    if (!readings.empty()) clock_ = Clock(std::move(readings));
    for (std::size_t i = 0; i < packets_.size(); ++i) {
        if (connections_[i].terminated) continue;
        packets_[i].pair_rest(clock_);
        const BothComplete more = completeness(packets_[i], clock_);
        for (std::size_t point = 0; point < complete_.size(); ++point)
            complete_.at(point).add(more.at(point));
    }
    for (const ConnectionPair& pair : pair_terminated(a, b, clock_, connections_)) {
        connections_.push_back(pair);
        packets_.emplace_back(a, b, pair);
    }
    complete_[0].add({a.dropped > 0 ? a.frames : 0, a.dropped});
    complete_[1].add({b.dropped > 0 ? b.frames : 0, b.dropped});
}

Fates Comparison::fates_of(std::size_t i) const {
    return fates(packets_[i], a_, b_, clock_, complete_);
}

Path Comparison::path(std::size_t i, const std::function<void(const SegmentFate&)>& tell) const {
    Path path;
    path.pair = connections_[i];
    path.a = &a_.connections[path.pair.a];
    path.b = &b_.connections[path.pair.b];
    if (path.pair.terminated) {
        path.verdict.fate = PathFate::kTerminatedBetween;
        path.verdict.confidence = clock_.known() ? Confidence::kMedium : Confidence::kLow;
        return path;
    }
    const PacketPairs& pairs = packets_[i];
    const Fates fates = fates_of(i);
    look_at(true, pairs, fates, path, tell);
    look_at(false, pairs, fates, path, tell);
    path.verdict = judge_path(pairs, fates, clock_);
    if (path.verdict.place != Match::kNone)
        path.decisive = &pairs.segments(path.verdict.at_a)[path.verdict.place];
    const bool of_sender = path.verdict.fate == PathFate::kResetByPath;
    path.other_holds = holds(pairs, of_sender ? path.verdict.side : 1 - path.verdict.side);
    path.rewritten = pairs.rewritten(kInitiator) | pairs.rewritten(kResponder);
    find_the_loss(pairs, fates, clock_, path);
    if (!clock_.known()) return path;
    const Nanoseconds at = path.last_crossed != kNoTime ? path.last_crossed : pairs.segments(true)[0].time;
    path.clock_offset = clock_.offset_at(at);
    path.clock_error = clock_.error_at(at);
    if (path.clock_error == kNoTime) return path;
    path.a_to_b = delay(pairs, true, clock_);
    path.b_to_a = delay(pairs, false, clock_);
    return path;
}

}  // namespace deadpeer::comparing
