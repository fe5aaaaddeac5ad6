#include "compare/connection_pairs.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "compare/packet_key.h"
#include "compare/relation.h"

namespace deadpeer::comparing {
namespace {

constexpr std::size_t kPacketsThatPair = 5;
constexpr std::size_t kNone = ~std::size_t{0};

using Numbers = std::array<std::optional<std::uint32_t>, 2>;

std::vector<Numbers> numbers_of(const CapturePoint& point) {
    std::vector<Numbers> numbers;
    numbers.reserve(point.connections.size());
    for (const PointConnection& each : point.connections) {
        numbers.push_back(initial_numbers({point.segments_of(each), each.initiator}));
    }
    return numbers;
}

class Pairing {
public:
    Pairing(const CapturePoint& a, const CapturePoint& b)
        : a_(a),
          b_(b),
          a_numbers_(numbers_of(a)),
          b_numbers_(numbers_of(b)),
          a_taken_(a.connections.size()),
          b_taken_(b.connections.size()) {}

    std::vector<ConnectionPair> go() {
        pair_by_addresses();
        pair_by_initial_numbers();
        pair_by_packets(PairedBy::kPackets);
        pair_by_packets(PairedBy::kOffset);
        std::ranges::sort(pairs_, {}, &ConnectionPair::a);
        return std::move(pairs_);
    }

private:
    void pair_by_addresses();
    void pair_lives(const std::vector<std::size_t>& at_a, const std::vector<std::size_t>& at_b);
    bool pair_same_addresses(std::size_t a, std::size_t b);
    void pair_by_initial_numbers();
    void pair_by_packets(PairedBy how);
    void pair_with_most(std::size_t a, const std::map<std::pair<std::size_t, bool>, std::size_t>& votes,
                        PairedBy how);
    void take(std::size_t a, std::size_t b, bool swapped, PairedBy how, const Relation& relation,
              bool terminated = false);
    [[nodiscard]] View view_of_a(std::size_t place) const {
        return {a_.segments_of(a_.connections[place]), a_.connections[place].initiator};
    }
    [[nodiscard]] View view_of_b(std::size_t place, bool swapped) const {
        const PointConnection& connection = b_.connections[place];
        return {b_.segments_of(connection), swapped ? opposite(connection.initiator) : connection.initiator};
    }

    const CapturePoint& a_;
    const CapturePoint& b_;
    const std::vector<Numbers> a_numbers_;
    const std::vector<Numbers> b_numbers_;
    std::vector<bool> a_taken_;
    std::vector<bool> b_taken_;
    std::vector<ConnectionPair> pairs_;
};

void Pairing::take(std::size_t a, std::size_t b, bool swapped, PairedBy how, const Relation& relation,
                   bool terminated) {
    a_taken_[a] = b_taken_[b] = true;
    const Nat nat = nat_between(a_.connections[a], b_.connections[b], swapped);
    pairs_.push_back({a, b, swapped, terminated, how, nat, relation.shift});
}

using Ends = std::pair<Endpoint, Endpoint>;

void Pairing::pair_by_addresses() {
    const auto by_ends = [](const CapturePoint& point) {
        std::map<Ends, std::vector<std::size_t>> found;
        for (std::size_t i = 0; i < point.connections.size(); ++i) {
            const FlowKey& key = point.connections[i].key;
            found[{key.low(), key.high()}].push_back(i);
        }
        return found;
    };
    const auto at_b = by_ends(b_);
    for (const auto& [ends, lives] : by_ends(a_)) {
        const auto other = at_b.find(ends);
        if (other != at_b.end()) pair_lives(lives, other->second);
    }
}

// The lives of one pair of endpoints, in the order of time on both sides.
void Pairing::pair_lives(const std::vector<std::size_t>& at_a, const std::vector<std::size_t>& at_b) {
    for (const std::size_t a : at_a) {
        for (const std::size_t b : at_b) {
            if (b_taken_[b] || a_taken_[a]) continue;
            const auto& number_a = a_numbers_[a][kInitiator];
            const auto& number_b = b_numbers_[b][kInitiator];
            if (number_a && number_b && *number_a != *number_b) continue;
            const bool swapped = a_.connections[a].initiator != b_.connections[b].initiator;
            const Relation same = relation_with(view_of_a(a), view_of_b(b, swapped), {});
            if (same.equal > 0) take(a, b, swapped, PairedBy::kFiveTuple, same);
        }
    }
    for (const std::size_t a : at_a) {
        for (const std::size_t b : at_b) {
            if (!a_taken_[a] && !b_taken_[b] && pair_same_addresses(a, b)) break;
        }
    }
}

// Their numbers differ: a box may have changed them, or it is another connection.
bool Pairing::pair_same_addresses(std::size_t a, std::size_t b) {
    const bool swapped = a_.connections[a].initiator != b_.connections[b].initiator;
    const View at_a = view_of_a(a);
    const View at_b = view_of_b(b, swapped);
    const Relation shifted = shifted_relation(at_a, at_b);
    if (shifted.equal >= 2 && shifted.with_content * 2 >= shifted.equal) {
        take(a, b, swapped, PairedBy::kOffset, shifted);
        return true;
    }
    const Numbers& numbers_a = a_numbers_[a];
    const Numbers& numbers_b = b_numbers_[b];
    const bool both_opened = numbers_a[0] && numbers_a[1] && numbers_b[0] && numbers_b[1];
    if (both_opened) take(a, b, swapped, PairedBy::kTimes, {}, true);
    return both_opened;
}

void Pairing::pair_by_initial_numbers() {
    using Both = std::pair<std::uint32_t, std::uint32_t>;
    const auto by_numbers = [](const std::vector<Numbers>& all, const std::vector<bool>& taken) {
        std::map<Both, std::size_t> found;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const Numbers& numbers = all[i];
            if (taken[i] || !numbers[0] || !numbers[1]) continue;
            const auto [place, fresh] = found.try_emplace({*numbers[0], *numbers[1]}, i);
            if (!fresh) place->second = kNone;
        }
        return found;
    };
    const auto at_b = by_numbers(b_numbers_, b_taken_);
    for (const auto& [numbers, a] : by_numbers(a_numbers_, a_taken_)) {
        const auto other = at_b.find(numbers);
        if (a == kNone || other == at_b.end() || other->second == kNone) continue;
        take(a, other->second, false, PairedBy::kInitialNumbers, {});
    }
}

// What equal packets have in common, numbers that boxes change aside if asked so. Nothing: too little to
// know a packet by.
std::optional<std::uint64_t> likeness(const SegmentRecord& segment, PairedBy how) {
    PacketKey key = PacketKey::of(segment, {}, 0);
    if (how == PairedBy::kOffset) {
        if (segment.tsval == 0) return std::nullopt;
        key.seq = key.ack = 0;
    }
    return hash_of(key) ^ (segment.tsval * 0x9e37'79b9'7f4a'7c15U);
}

void Pairing::pair_by_packets(PairedBy how) {
    std::unordered_multimap<std::uint64_t, std::pair<std::size_t, std::size_t>> at_b;  // connection, side
    for (std::size_t b = 0; b < b_.connections.size(); ++b) {
        if (b_taken_[b]) continue;
        const View view = view_of_b(b, false);
        for (const SegmentRecord& each : view.segments) {
            if (const auto known = likeness(each, how)) at_b.emplace(*known, std::pair(b, view.side(each)));
        }
    }
    if (at_b.empty()) return;
    constexpr std::size_t kMostAlike = 64;  // what more have is nothing to know one by
    for (std::size_t a = 0; a < a_.connections.size(); ++a) {
        if (a_taken_[a]) continue;
        const View view = view_of_a(a);
        std::map<std::pair<std::size_t, bool>, std::size_t> votes;  // by connection and whether roles swap
        for (const SegmentRecord& each : view.segments) {
            const auto known = likeness(each, how);
            if (!known || at_b.count(*known) > kMostAlike) continue;
            const auto [from, to] = at_b.equal_range(*known);
            std::map<std::pair<std::size_t, bool>, bool> voted;
            for (auto it = from; it != to; ++it) {
                voted[{it->second.first, it->second.second != view.side(each)}] = true;
            }
            for (const auto& vote : voted) ++votes[vote.first];
        }
        pair_with_most(a, votes, how);
    }
}

void Pairing::pair_with_most(std::size_t a, const std::map<std::pair<std::size_t, bool>, std::size_t>& votes,
                             PairedBy how) {
    std::size_t best = 0;
    std::size_t second = 0;
    std::pair<std::size_t, bool> winner;
    for (const auto& [candidate, count] : votes) {
        if (b_taken_[candidate.first]) continue;
        if (count > best) {
            second = std::exchange(best, count);
            winner = candidate;
        } else {
            second = std::max(second, count);
        }
    }
    if (best < kPacketsThatPair || second * 2 > best) return;
    const View at_a = view_of_a(a);
    const View at_b = view_of_b(winner.first, winner.second);
    const Relation relation =
        how == PairedBy::kPackets ? relation_with(at_a, at_b, {}) : shifted_relation(at_a, at_b);
    const std::size_t alike = how == PairedBy::kPackets ? relation.equal : relation.with_content;
    if (alike < kPacketsThatPair) return;
    take(a, winner.first, winner.second, how, relation);
}

}  // namespace

Nat nat_between(const PointConnection& a, const PointConnection& b, bool roles_swapped) {
    const Endpoint initiator = roles_swapped ? b.responder_end() : b.initiator_end();
    const Endpoint responder = roles_swapped ? b.initiator_end() : b.responder_end();
    const bool source = a.initiator_end() != initiator;
    const bool destination = a.responder_end() != responder;
    if (source && destination) return Nat::kBoth;
    if (source) return Nat::kSource;
    return destination ? Nat::kDestination : Nat::kNone;
}

std::vector<ConnectionPair> pair_connections(const CapturePoint& a, const CapturePoint& b) {
    return Pairing(a, b).go();
}

}  // namespace deadpeer::comparing
