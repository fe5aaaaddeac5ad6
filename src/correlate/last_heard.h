// LastHeard: when addresses were heard last, by TCP segments, with which TTL and from which link-layer
// address, and when something last reached them.
//
// What:    a table without collisions resolved: of an address whose place another took nothing is known.
// Cost:    two stores a segment.
// Memory:  fixed.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/folded_address.h"
#include "core/fresh_ttl.h"
#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer {

class LastHeard {
public:
    struct Word {
        Nanoseconds time = kNoTime;
        std::uint64_t source = 0;  // see decoding::source_word()
        std::uint8_t ttl = 0;
        std::uint16_t ip_id = 0;
    };

    // Calls changed(before) if the word before came from another link-layer address.
    template <typename Changed>
    void hear(const FlowKey& key, Direction sender, const Word& word, Changed changed) {
        const std::uint64_t address =
            folded(sender == Direction::kFromLow ? key.low_address : key.high_address);
        Place& place = places_[place_of(address)];
        const Word before = place.word;
        const bool known = place.address == address;
        if (!known) place = {address, {}, {kNoTime, kNoTime}};
        place.word = word;
        reach(folded(sender == Direction::kFromLow ? key.high_address : key.low_address), word);
        if (before.source != word.source && known) changed(before);
    }

    // When something last reached the address, if it is known: from a host beyond a router, or from any.
    [[nodiscard]] Nanoseconds reached(const IpAddress& host, bool by_router) const {
        const std::uint64_t address = folded(host);
        const Place& place = places_[place_of(address)];
        if (place.address != address) return kNoTime;
        return by_router ? place.reached[1] : std::max(place.reached[0], place.reached[1]);
    }

    // Starts the memory read that hear() will need.
    void prefetch(const FlowKey& key, Direction sender) const {
        const auto& words = sender == Direction::kFromLow ? key.low_address : key.high_address;
        __builtin_prefetch(&places_[place_of(folded(words))], 1);
    }

    // Of no time if it is not known.
    [[nodiscard]] Word of(const IpAddress& host) const {
        const std::uint64_t address = folded(host);
        const Place& place = places_[place_of(address)];
        return place.address == address ? place.word : Word{};
    }

    // REQUIRES: it is known.
    void set_source(const IpAddress& host, std::uint64_t source) {
        places_[place_of(folded(host))].word.source = source;
    }

    [[nodiscard]] std::size_t memory() const { return sizeof places_; }

private:
    struct Place {
        std::uint64_t address = 0;
        Word word;
        std::array<Nanoseconds, 2> reached{kNoTime, kNoTime};  // from the link; by a router
    };
    static constexpr unsigned kBits = 13;

    void reach(std::uint64_t address, const Word& word) {
        Place& place = places_[place_of(address)];
        if (place.address == address) place.reached[is_fresh_ttl(word.ttl) ? 0 : 1] = word.time;
    }

    static std::size_t place_of(std::uint64_t address) { return spread(address) >> (64 - kBits); }

    std::array<Place, std::size_t{1} << kBits> places_;
};

}  // namespace deadpeer
