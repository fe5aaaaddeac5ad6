// SeenTwice: which connections are one, as both sides of a NAT in the capture show it.
//
// What:    a NAT gives a segment other addresses or ports, and leaves the rest as it was: both sequence
//          numbers, timestamp, window and IP id, and one less of TTL. Segments that are not plain are
//          compared with those just before. The view that counts is the one nearer to the end that has two
//          addresses: there it has its own.
// Limits:  a NAT that changes the addresses or ports of both ends, or the numbers, is not noticed.
// Cost:    O(1).
// Memory:  fixed: that of the latest segments, and the numbers of kMostBytes of pairs.
// Threads: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/recent_table.h"
#include "core/seq.h"
#include "deadpeer/address.h"
#include "deadpeer/segment.h"
#include "deadpeer/stream_number.h"
#include "deadpeer/time.h"

namespace deadpeer {

class SeenTwice {
public:
    static constexpr std::size_t kMostBytes = std::size_t{1} << 20;

    // `peer_next`: SND.NXT of the side that it is sent to.
    void meet(const Segment& segment, Seq peer_next, StreamNumber stream);

    // Of one that does not count, the one that does.
    [[nodiscard]] std::optional<StreamNumber> first_of(StreamNumber stream) const;
    // Of one that counts, the one that does not.
    [[nodiscard]] std::optional<StreamNumber> second_of(StreamNumber stream) const;

    [[nodiscard]] std::size_t memory() const { return pairs_.memory(); }

private:
    struct Met {
        Segment segment;
        Seq peer_next;
        StreamNumber stream = 0;
    };
    struct Pair {
        StreamNumber other = 0;
        bool is_second = false;
        Nanoseconds last = kNoTime;
    };

    static bool are_same(const Met& one, const Segment& segment, Seq peer_next);
    static std::uint64_t hash(StreamNumber stream) { return stream * 0x9e3779b97f4a7c15U; }
    void note_pair(StreamNumber nearer, StreamNumber other, Nanoseconds time);
    void put(StreamNumber stream, const Pair& pair);

    std::array<Met, 64> latest_{};
    RecentTable<StreamNumber, Pair> pairs_{kMostBytes};
};

}  // namespace deadpeer
