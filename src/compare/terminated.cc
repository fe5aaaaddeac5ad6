#include "compare/terminated.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "compare/relation.h"

namespace deadpeer::comparing {
namespace {

// Of each side the length of its first segment with data, in the order of time.
using Beginning = std::vector<std::pair<std::size_t, std::uint32_t>>;

std::optional<Beginning> beginning(const CapturePoint& point, const PointConnection& connection) {
    const View view = {point.segments_of(connection), connection.initiator};
    const auto numbers = initial_numbers(view);
    if (!numbers[0] || !numbers[1]) return std::nullopt;
    Beginning found;
    for (const SegmentRecord& each : view.segments) {
        if (each.length == 0 || each.is_probe() || each.kind == SegmentKind::kRetransmission) continue;
        const std::size_t side = view.side(each);
        if (std::ranges::find(found, side, &Beginning::value_type::first) != found.end()) continue;
        found.emplace_back(side, each.length);
        if (found.size() == 2) return found;
    }
    return std::nullopt;
}

using Alike = std::map<Beginning, std::vector<std::size_t>>;

Alike by_beginning(const CapturePoint& point, const std::vector<bool>& taken) {
    Alike alike;
    for (std::size_t i = 0; i < point.connections.size(); ++i) {
        if (taken[i]) continue;
        if (const auto lengths = beginning(point, point.connections[i])) alike[*lengths].push_back(i);
    }
    for (auto& each : alike) {
        std::ranges::sort(each.second, {}, [&](std::size_t i) { return point.connections[i].first_time; });
    }
    return alike;
}

bool belong_together(const PointConnection& a, const PointConnection& b, const Clock& clock) {
    const bool alike = a.responder_end().port == b.responder_end().port ||
                       a.responder_end().address == b.responder_end().address ||
                       a.initiator_end().address == b.initiator_end().address;
    if (!alike || !clock.known()) return alike;
    const Nanoseconds opened = b.first_time - clock.offset_at_b(b.first_time);
    return opened >= a.first_time - kMillisecond && opened <= a.last_time;
}

}  // namespace

std::vector<ConnectionPair> pair_terminated(const CapturePoint& a, const CapturePoint& b, const Clock& clock,
                                            const std::vector<ConnectionPair>& paired) {
    std::vector<bool> a_taken(a.connections.size());
    std::vector<bool> b_taken(b.connections.size());
    for (const ConnectionPair& pair : paired) a_taken[pair.a] = b_taken[pair.b] = true;
    const Alike at_b = by_beginning(b, b_taken);
    std::vector<ConnectionPair> found;
    for (const auto& [lengths, at_a] : by_beginning(a, a_taken)) {
        const auto other = at_b.find(lengths);
        if (other == at_b.end() || other->second.size() != at_a.size()) continue;
        for (std::size_t i = 0; i < at_a.size(); ++i) {
            const PointConnection& there = b.connections[other->second[i]];
            if (!belong_together(a.connections[at_a[i]], there, clock)) continue;
            ConnectionPair pair;
            pair.a = at_a[i];
            pair.b = other->second[i];
            pair.terminated = true;
            pair.paired_by = PairedBy::kTimes;
            pair.nat = nat_between(a.connections[pair.a], there, false);
            found.push_back(pair);
        }
    }
    return found;
}

}  // namespace deadpeer::comparing
