#include "correlate/shared_addresses.h"

#include <algorithm>

#include "detect/between.h"

namespace deadpeer {

// By then a segment on its way from one network into another was captured in both.
bool SharedAddresses::Sent::is_established() const {
    return segments >= 3 && between(first, last) >= kSecond;
}

bool SharedAddresses::Sent::is_apart_from(const Sent& other) const {
    return network != other.network && is_established() && other.is_established() && first <= other.last &&
           other.first <= last;
}

// Two connections of the same ports seldom have numbers that are so near.
bool SharedAddresses::Sent::leads_into(const Sent& other) const {
    constexpr std::uint32_t kNear = std::uint32_t{1} << 24;
    return connection == other.connection && network != 0 && network != other.network &&
           std::min(seq - other.seq, other.seq - seq) < kNear;
}

// The one that the segment is of, or else the place of that which was silent for the longest time.
SharedAddresses::Sent& SharedAddresses::sent_in(Place& place, const Sent& segment) {
    const auto known = std::ranges::find_if(place.sent, [&](const Sent& sent) {
        return sent.connection == segment.connection && sent.network == segment.network;
    });
    if (known != place.sent.end()) return *known;
    Sent& oldest = *std::ranges::min_element(place.sent, {}, &Sent::last);
    oldest = segment;
    return oldest;
}

bool SharedAddresses::note(const Segment& segment, Scope network) {
    constexpr std::size_t kPlaces = 256;
    if (segment.time == kNoTime) return false;
    if (places_.empty()) places_.resize(kPlaces);
    FlowKey ends = segment.key;
    ends.low_port = ends.high_port = 0;
    const std::uint64_t pair = hash_(ends) + index(segment.direction);
    Place& place = places_[pair % kPlaces];
    if (place.pair != pair) place = {pair, false, {}};
    if (place.is_settled) return false;

    const Sent next{hash_(segment.key), network, segment.seq, 0, segment.time, segment.time};
    place.is_settled =
        std::ranges::any_of(place.sent, [&](const Sent& sent) { return sent.leads_into(next); });
    if (place.is_settled) return false;
    Sent& sent = sent_in(place, next);
    ++sent.segments;
    sent.seq = segment.seq;
    sent.last = segment.time;
    place.is_settled =
        std::ranges::any_of(place.sent, [&](const Sent& other) { return sent.is_apart_from(other); });
    return place.is_settled;
}

}  // namespace deadpeer
