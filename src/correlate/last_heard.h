// LastHeard: when addresses were heard last, by TCP segments, and from which link-layer address.
//
// What:    a table without collisions resolved: of an address whose place another took nothing is known.
// Cost:    one store a segment.
// Memory:  fixed.
// Threads: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/folded_address.h"
#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer {

class LastHeard {
public:
    struct Word {
        Nanoseconds time = kNoTime;
        std::uint64_t source = 0;  // see decoding::source_word()
    };

    // Calls changed(before) if the word before came from another link-layer address.
    template <typename Changed>
    void hear(const FlowKey& key, Direction sender, const Word& word, Changed changed) {
        const std::uint64_t address =
            folded(sender == Direction::kFromLow ? key.low_address : key.high_address);
        Place& place = places_[place_of(address)];
        const Place before = place;
        place = {address, word};
        if (before.word.source != word.source && before.address == address) changed(before.word);
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
    };
    static constexpr unsigned kBits = 13;

    static std::size_t place_of(std::uint64_t address) { return spread(address) >> (64 - kBits); }

    std::array<Place, std::size_t{1} << kBits> places_;
};

}  // namespace deadpeer
