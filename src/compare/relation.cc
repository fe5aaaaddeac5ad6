#include "compare/relation.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "compare/packet_key.h"

namespace deadpeer::comparing {
namespace {

bool same_content(const SegmentRecord& a, const SegmentRecord& b) {
    if (a.tsval != 0 || b.tsval != 0) return a.tsval == b.tsval;
    return a.window == b.window && a.ip_id == b.ip_id;
}

// The difference that most segments of a side, alike but for their numbers, have.
std::optional<std::uint32_t> voted_shift(const View& a, const View& b, std::size_t side) {
    using Likeness = std::tuple<std::uint32_t, std::uint16_t, std::uint32_t>;
    const auto by_likeness = [side](const View& view) {
        std::map<Likeness, std::vector<std::uint32_t>> found;
        for (const SegmentRecord& each : view.segments) {
            if (view.side(each) == side) found[{each.length, each.flags, each.tsval}].push_back(each.seq);
        }
        return found;
    };
    const auto at_a = by_likeness(a);
    const auto at_b = by_likeness(b);
    std::map<std::uint32_t, std::size_t> votes;
    for (const auto& [likeness, numbers] : at_a) {
        const auto other = at_b.find(likeness);
        if (other == at_b.end()) continue;
        for (std::size_t i = 0; i < std::min(numbers.size(), other->second.size()); ++i) {
            ++votes[other->second[i] - numbers[i]];
        }
    }
    const auto best = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
    if (best == votes.end()) return std::nullopt;
    return best->first;
}

}  // namespace

std::array<std::optional<std::uint32_t>, 2> initial_numbers(const View& view) {
    std::array<std::optional<std::uint32_t>, 2> numbers;
    for (const SegmentRecord& each : view.segments) {
        auto& number = numbers.at(view.side(each));
        if (each.has(kSyn) && !number) number = each.seq;
    }
    return numbers;
}

Relation relation_with(const View& a, const View& b, const std::array<std::uint32_t, 2>& shift) {
    std::unordered_multimap<std::uint64_t, const SegmentRecord*> at_b;
    at_b.reserve(b.segments.size());
    for (const SegmentRecord& each : b.segments) {
        at_b.emplace(hash_of(PacketKey::of(each, {}, b.side(each))), &each);
    }
    Relation relation = {shift, 0, 0};
    for (const SegmentRecord& each : a.segments) {
        const std::size_t side = a.side(each);
        const PacketKey key = PacketKey::of(each, {shift.at(side), shift.at(1 - side)}, side);
        const auto [from, to] = at_b.equal_range(hash_of(key));
        auto found = std::find_if(from, to, [&](const auto& entry) {
            return PacketKey::of(*entry.second, {}, b.side(*entry.second)) == key &&
                   same_content(each, *entry.second);
        });
        if (found != to) {
            ++relation.with_content;
        } else {
            found = std::find_if(from, to, [&](const auto& entry) {
                return PacketKey::of(*entry.second, {}, b.side(*entry.second)) == key;
            });
        }
        if (found == to) continue;
        ++relation.equal;
        at_b.erase(found);
    }
    return relation;
}

Relation shifted_relation(const View& a, const View& b) {
    const auto numbers_a = initial_numbers(a);
    const auto numbers_b = initial_numbers(b);
    std::array<std::vector<std::uint32_t>, 2> candidates;
    for (std::size_t side = 0; side < 2; ++side) {
        if (numbers_a.at(side) && numbers_b.at(side)) {
            candidates.at(side).push_back(*numbers_b.at(side) - *numbers_a.at(side));
        } else {
            candidates.at(side).push_back(0);
            if (const auto voted = voted_shift(a, b, side)) candidates.at(side).push_back(*voted);
        }
    }
    Relation best;
    for (const std::uint32_t first : candidates[0]) {
        for (const std::uint32_t second : candidates[1]) {
            if (first == 0 && second == 0) continue;
            const Relation relation = relation_with(a, b, {first, second});
            if (relation.equal > best.equal) best = relation;
        }
    }
    return best;
}

}  // namespace deadpeer::comparing
