#include "correlate/seen_twice.h"

namespace deadpeer {

bool SeenTwice::are_same(const Met& one, const Segment& segment, Seq peer_next) {
    constexpr Nanoseconds kOnWay = 20 * kMillisecond;
    const Segment& other = one.segment;
    const bool same_numbers = other.seq == segment.seq && other.ack == segment.ack &&
                              one.peer_next == peer_next && other.payload_length == segment.payload_length;
    if (!same_numbers || other.key == segment.key || segment.time == kNoTime || other.time == kNoTime)
        return false;
    const bool same_header = other.flags == segment.flags && other.window == segment.window &&
                             other.has_timestamps == segment.has_timestamps && other.tsval == segment.tsval &&
                             other.tsecr == segment.tsecr && other.key.is_v6() == segment.key.is_v6() &&
                             (segment.key.is_v6() || other.ip_id == segment.ip_id);
    const int hops = int{other.ttl} - int{segment.ttl};
    const bool one_hop = hops == 1 || hops == -1;
    const bool soon = segment.time - other.time <= kOnWay && other.time - segment.time <= kOnWay;
    if (!same_header || !one_hop || !soon) return false;
    const bool same_source = other.key.sender(other.direction) == segment.source();
    const bool same_target = other.key.receiver(other.direction) == segment.key.receiver(segment.direction);
    return same_source != same_target;
}

void SeenTwice::meet(const Segment& segment, Seq peer_next, StreamNumber stream) {
    const std::uint32_t place = segment.seq ^ peer_next.value() ^ segment.flags;
    Met& met = latest_.at((place ^ place >> 8U ^ place >> 16U ^ place >> 24U) % latest_.size());
    if (met.stream != stream && are_same(met, segment, peer_next)) {
        // Where the end is that has two addresses, a segment has the higher TTL if that end sent it.
        const bool from_that_end = met.segment.source() != segment.source();
        const bool is_nearer = (segment.ttl > met.segment.ttl) == from_that_end;
        if (is_nearer)
            note_pair(stream, met.stream, segment.time);
        else
            note_pair(met.stream, stream, segment.time);
    }
    met = {segment, peer_next, stream};
}

void SeenTwice::note_pair(StreamNumber nearer, StreamNumber other, Nanoseconds time) {
    const StreamNumber first = first_of(nearer).value_or(nearer);
    if (first == other || first_of(other) || second_of(other)) return;
    put(other, {first, true, time});
    put(first, {other, false, time});
}

void SeenTwice::put(StreamNumber stream, const Pair& pair) {
    Pair* known = pairs_.find(stream, hash(stream));
    if (known == nullptr) known = &pairs_.insert(stream, hash(stream));
    *known = pair;
}

std::optional<StreamNumber> SeenTwice::first_of(StreamNumber stream) const {
    const Pair* pair = pairs_.find(stream, hash(stream));
    return pair != nullptr && pair->is_second ? std::optional(pair->other) : std::nullopt;
}

std::optional<StreamNumber> SeenTwice::second_of(StreamNumber stream) const {
    const Pair* pair = pairs_.find(stream, hash(stream));
    return pair != nullptr && !pair->is_second ? std::optional(pair->other) : std::nullopt;
}

}  // namespace deadpeer
