// TriedHosts: how many peers a host tries in vain while nothing reaches it at all.
//
// What:    one peer that does not answer may be down. Where several do not, and nobody else is heard either,
//          what they share has failed: the host's own link, or a router. A table without collisions resolved:
//          of a host whose place another took nothing is known.
// Cost:    O(1) a try.
// Memory:  fixed.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/folded_address.h"
#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer {

class TriedHosts {
public:
    // So many do not die at once by chance.
    static constexpr std::size_t kFewest = 3;

    TriedHosts() : places_(kPlaces) {}

    // The host has sent something to the peer once more, in vain. `beyond_router`: only what lies beyond one
    // counts, as the peer does. `reached`: when something last reached the host, from there.
    // Answers whether it has tried so many peers since.
    bool note(const IpAddress& host, const IpAddress& peer, bool beyond_router, Nanoseconds time,
              Nanoseconds reached) {
        const std::uint64_t key = folded(host) + (beyond_router ? kOdd : 0);
        Place& place = places_[spread(key) >> (64 - kBits)];
        if (place.key != key || place.last <= reached) place = {key, time};
        place.last = std::max(place.last, time);
        const auto end = place.peers.begin() + place.count;
        const std::uint64_t tried = folded(peer);
        if (place.count < kFewest && std::find(place.peers.begin(), end, tried) == end)
            place.peers[place.count++] = tried;
        return place.count == kFewest;
    }

    // Something reached the host that was not captured, as it acknowledges; if it is known to try.
    void note_unseen(const IpAddress& host, Nanoseconds time) {
        Place& place = places_[spread(folded(host)) >> (64 - kBits)];
        if (place.key == folded(host)) place.unseen = time;
    }
    // When that was last; kNoTime: not, or it is not known.
    [[nodiscard]] Nanoseconds unseen(const IpAddress& host) const {
        const Place& place = places_[spread(folded(host)) >> (64 - kBits)];
        return place.key == folded(host) ? place.unseen : kNoTime;
    }

    [[nodiscard]] std::size_t memory() const { return places_.capacity() * sizeof(Place); }

private:
    struct Place {
        std::uint64_t key = 0;
        Nanoseconds last = kNoTime;
        Nanoseconds unseen = kNoTime;
        std::array<std::uint64_t, kFewest> peers{};
        std::size_t count = 0;
    };
    static constexpr unsigned kBits = 10;
    static constexpr std::size_t kPlaces = std::size_t{1} << kBits;

    std::vector<Place> places_;
};

}  // namespace deadpeer
