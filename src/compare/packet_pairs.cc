#include "compare/packet_pairs.h"

#include <algorithm>
#include <compare>
#include <cstdlib>
#include <tuple>

#include "compare/packet_key.h"

namespace deadpeer::comparing {
namespace {

// What comes later is another transmission, where nothing else tells the two apart.
constexpr Nanoseconds kLeastTolerance = 20 * kMillisecond;
constexpr Nanoseconds kMostTolerance = 150 * kMillisecond;
// No packet is under way for so long.
constexpr Nanoseconds kLongestWay = 30 * kSecond;

Changes changes(const SegmentRecord& a, const SegmentRecord& b, bool same_ack) {
    Changes changed = 0;
    if (!same_ack) changed |= kAckChanged;
    if (a.flags != b.flags) changed |= kFlagsChanged;
    if (a.window != b.window) changed |= kWindowChanged;
    if (a.tsval != b.tsval) changed |= kTsvalChanged;
    if (a.ip_id != b.ip_id) changed |= kIpIdChanged;
    return changed;
}

Nanoseconds median(std::vector<Nanoseconds>& values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

}  // namespace

struct PacketPairs::Entry {
    PacketKey key;
    std::uint32_t tsval = 0;
    std::uint16_t window = 0;
    std::uint16_t ip_id = 0;
    std::uint32_t place = 0;

    [[nodiscard]] auto likeness() const { return std::tie(key, tsval, window, ip_id); }
};

PacketPairs::PacketPairs(const CapturePoint& a, const CapturePoint& b, const ConnectionPair& pair)
    : a_(a.segments_of(a.connections[pair.a])),
      b_(b.segments_of(b.connections[pair.b])),
      a_initiator_(a.connections[pair.a].initiator),
      b_initiator_(pair.roles_swapped ? opposite(b.connections[pair.b].initiator)
                                      : b.connections[pair.b].initiator),
      shift_(pair.shift),
      a_matches_(a_.size()),
      b_matches_(b_.size()) {
    tolerance_.fill(kMostTolerance);
}

// Of what is not paired yet, sorted by likeness, then by time.
std::vector<PacketPairs::Entry> PacketPairs::entries(bool at_a, Likeness likeness) const {
    const auto all = segments(at_a);
    std::vector<Entry> found;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        const SegmentRecord& each = all[i];
        if (matches(at_a)[i].found()) continue;
        if (likeness == Likeness::kAllButBoxes && each.tsval == 0 && !boxes_rewrite_) continue;
        if (likeness == Likeness::kOctets && each.octets() == 0 && !each.has(kRst)) continue;
        Entry entry = {{seq_at_b(at_a, each), each.has(kAck) ? ack_at_b(at_a, each) : 0, each.length,
                        each.flags, static_cast<std::uint16_t>(side(at_a, each))},
                       each.tsval,
                       each.window,
                       each.ip_id,
                       i};
        if (likeness != Likeness::kAll) entry.window = entry.ip_id = 0;
        if (likeness > Likeness::kAllButBoxes) entry.tsval = 0;
        if (likeness == Likeness::kOctets) {
            entry.key.ack = 0;
            entry.key.flags &= kSyn | kFin | kRst;
        }
        found.push_back(entry);
    }
    std::ranges::sort(found, [](const Entry& x, const Entry& y) {
        const auto order = x.likeness() <=> y.likeness();
        return order != 0 ? order < 0 : x.place < y.place;
    });
    return found;
}

namespace {

// Calls `f` with what both have of each likeness.
template <typename Entry, typename F>
void for_groups(const std::vector<Entry>& at_a, const std::vector<Entry>& at_b, F f) {
    auto a = at_a.begin();
    auto b = at_b.begin();
    while (a != at_a.end() && b != at_b.end()) {
        const auto order = a->likeness() <=> b->likeness();
        if (order < 0) {
            ++a;
        } else if (order > 0) {
            ++b;
        } else {
            const auto alike = [&](const Entry& each) { return each.likeness() == a->likeness(); };
            const auto a_end = std::find_if_not(a, at_a.end(), alike);
            const auto b_end = std::find_if_not(b, at_b.end(), alike);
            f(std::span<const Entry>(a, a_end), std::span<const Entry>(b, b_end));
            a = a_end;
            b = b_end;
        }
    }
}

}  // namespace

void PacketPairs::pair(std::uint32_t a, std::uint32_t b) {
    const SegmentRecord& at_a = a_[a];
    const SegmentRecord& at_b = b_[b];
    const Changes changed = changes(at_a, at_b, !at_a.has(kAck) || ack_at_b(true, at_a) == at_b.ack);
    a_matches_[a] = {b, changed, false};
    b_matches_[b] = {a, changed, false};
}

void PacketPairs::pair_certain() {
    std::size_t pairs = 0;
    for (const Likeness likeness : {Likeness::kAll, Likeness::kAllButBoxes}) {
        for_groups(entries(true, likeness), entries(false, likeness),
                   [&](std::span<const Entry> a, std::span<const Entry> b) {
                       if (likeness == Likeness::kAll) pairs += std::min(a.size(), b.size());
                       if (a.size() == 1 && b.size() == 1) pair(a[0].place, b[0].place);
                   });
        boxes_rewrite_ = pairs * 4 < std::min(a_.size(), b_.size());
    }
    find_orientation();
}

// A router between the points takes one from the TTL; where none does, packets are later where they come
// second, whatever the clocks.
void PacketPairs::find_orientation() {
    int nearer_to_a = 0;
    std::array<std::vector<Nanoseconds>, 2> differences;
    for (std::size_t i = 0; i < a_.size(); ++i) {
        if (!a_matches_[i].found()) continue;
        const SegmentRecord& other = b_[a_matches_[i].other];
        const std::size_t from = side(true, a_[i]);
        const int fell = int{a_[i].ttl} - int{other.ttl};
        if (fell != 0) nearer_to_a += (fell > 0) == (from == kInitiator) ? 1 : -1;
        differences.at(from).push_back(other.time - a_[i].time);
    }
    if (nearer_to_a != 0) {
        initiator_at_a_ = nearer_to_a > 0;
    } else if (!differences[0].empty() && !differences[1].empty()) {
        initiator_at_a_ = median(differences[kInitiator]) >= median(differences[kResponder]);
    }
}

void PacketPairs::add_readings(std::vector<Reading>& readings) const {
    for (std::size_t i = 0; i < a_.size(); ++i) {
        const SegmentRecord& each = a_[i];
        if (!a_matches_[i].found() || a_matches_[i].by_octets) continue;
        // Nothing but its time tells a probe from the next one.
        const bool known_by_id = each.ip_id != 0 && (a_matches_[i].changed & kIpIdChanged) == 0;
        if (each.tsval == 0 && !known_by_id && (each.is_probe() || each.octets() == 0)) continue;
        readings.push_back({each.time, b_[a_matches_[i].other].time - each.time, from_a(side(true, each))});
    }
}

void PacketPairs::pair_rest(const Clock& clock) {
    if (!clock.known()) {
        for_groups(entries(true, Likeness::kAll), entries(false, Likeness::kAll),
                   [this](std::span<const Entry> a, std::span<const Entry> b) {
                       for (std::size_t k = 0; k < std::min(a.size(), b.size()); ++k)
                           pair(a[k].place, b[k].place);
                   });
        return;
    }
    learn_ways(clock);
    unpair_what_is_far(clock);
    learn_ways(clock);
    pair_near(clock, Likeness::kAll);
    pair_near(clock, Likeness::kAllButBoxes);
    pair_octets(clock, kInitiator);
    pair_octets(clock, kResponder);
    pair_near(clock, Likeness::kNumbersAndFlags);
    pair_near(clock, Likeness::kOctets);
    learn_habits();
}

void PacketPairs::learn_ways(const Clock& clock) {
    std::array<std::vector<Nanoseconds>, 2> ways;
    for (std::size_t i = 0; i < a_.size(); ++i) {
        if (!a_matches_[i].found()) continue;
        const Nanoseconds difference = b_[a_matches_[i].other].time - a_[i].time;
        ways.at(side(true, a_[i])).push_back(difference - clock.offset_at(a_[i].time));
    }
    for (std::size_t from = 0; from < 2; ++from) {
        std::vector<Nanoseconds>& known = ways.at(from);
        if (known.empty()) continue;
        way_.at(from) = median(known);
        const auto [least, most] = std::ranges::minmax(known);
        tolerance_.at(from) = std::clamp(2 * (most - least), kLeastTolerance, kMostTolerance);
    }
    // The other way takes as long, as far as one knows.
    if (ways[0].empty()) way_[0] = -way_[1];
    if (ways[1].empty()) way_[1] = -way_[0];
}

void PacketPairs::unpair_what_is_far(const Clock& clock) {
    for (std::size_t i = 0; i < a_.size(); ++i) {
        if (!a_matches_[i].found()) continue;
        const SegmentRecord& each = a_[i];
        const Changes changed = a_matches_[i].changed;
        const bool distinct = (each.tsval != 0 && (changed & kTsvalChanged) == 0) ||
                              (each.ip_id != 0 && (changed & kIpIdChanged) == 0);
        const std::size_t from = side(true, each);
        const Nanoseconds difference = b_[a_matches_[i].other].time - each.time;
        const Nanoseconds off = difference - usual_difference(from, each.time, clock);
        if (std::abs(off) <= (distinct ? kLongestWay : tolerance(from))) continue;
        b_matches_[a_matches_[i].other] = {};
        a_matches_[i] = {};
    }
}

void PacketPairs::pair_near(const Clock& clock, Likeness likeness) {
    for_groups(entries(true, likeness), entries(false, likeness),
               [&](std::span<const Entry> a, std::span<const Entry> b) {
                   pair_group(clock, a, b, a[0].tsval != 0 || a[0].ip_id != 0);
               });
}

// In their order, and none that is too far. Where one point has more, those that are left over are those that
// are farther. `distinct`: other transmissions would look different.
void PacketPairs::pair_group(const Clock& clock, std::span<const Entry> at_a, std::span<const Entry> at_b,
                             bool distinct) {
    const auto off = [&](std::size_t i, std::size_t k) {
        const SegmentRecord& a = a_[at_a[i].place];
        return b_[at_b[k].place].time - a.time - usual_difference(side(true, a), a.time, clock);
    };
    std::size_t i = 0;
    std::size_t k = 0;
    while (i < at_a.size() && k < at_b.size()) {
        const Nanoseconds way = off(i, k);
        const std::size_t more_at_a = at_a.size() - i;
        const std::size_t more_at_b = at_b.size() - k;
        const Nanoseconds farthest = distinct ? kLongestWay : tolerance(side(true, a_[at_a[i].place]));
        if (std::abs(way) > farthest) {
            ++(way > 0 ? i : k);
        } else if (more_at_a > more_at_b && std::abs(off(i + 1, k)) < std::abs(way)) {
            ++i;
        } else if (more_at_b > more_at_a && std::abs(off(i, k + 1)) < std::abs(way)) {
            ++k;
        } else {
            pair(at_a[i++].place, at_b[k++].place);
        }
    }
}

void PacketPairs::pair_octets(const Clock& clock, std::size_t from) {
    const auto ranges_of = [&](bool at_a) {
        std::vector<OctetRange> ranges;
        const auto all = segments(at_a);
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            const SegmentRecord& each = all[i];
            if (matches(at_a)[i].found() || each.length == 0 || side(at_a, each) != from) continue;
            const Nanoseconds there = at_a ? each.time + usual_difference(from, each.time, clock) : each.time;
            ranges.push_back({seq_at_b(at_a, each), each.length, there, i});
        }
        return ranges;
    };
    const OctetPairs found = pair_ranges(ranges_of(true), ranges_of(false), tolerance(from));
    for (const auto& [place, other] : found.whole_at_a) a_matches_[place] = {other, 0, true};
    for (const auto& [place, other] : found.whole_at_b) b_matches_[place] = {other, 0, true};
    for (const MissingOctets& each : found.part_at_a) missing_[0][each.place] = each;
    for (const MissingOctets& each : found.part_at_b) missing_[1][each.place] = each;
}

void PacketPairs::learn_habits() {
    constexpr std::size_t kFewest = 4;
    for (std::size_t from = 0; from < 2; ++from) {
        std::size_t pairs = 0;
        std::array<std::size_t, kChangeWords.size()> changed{};
        for (std::size_t i = 0; i < a_.size(); ++i) {
            const Match& match = a_matches_[i];
            if (!match.found() || match.by_octets || side(true, a_[i]) != from) continue;
            ++pairs;
            for (std::size_t bit = 0; bit < changed.size(); ++bit)
                changed.at(bit) += match.changed >> bit & 1U;
        }
        for (std::size_t bit = 0; bit < changed.size(); ++bit) {
            if (pairs >= kFewest && changed.at(bit) * 2 > pairs)
                rewritten_.at(from) |= static_cast<Changes>(1U << bit);
        }
    }
}

}  // namespace deadpeer::comparing
