// LastHeard: when addresses were heard last, by TCP segments.
//
// What:    a table without collisions resolved: of an address whose place another took nothing is known.
// Cost:    one store a segment.
// Memory:  fixed.
// Threads: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer {

class LastHeard {
public:
    void hear(const FlowKey& key, Direction sender, Nanoseconds time) {
        const std::uint64_t address =
            folded(sender == Direction::kFromLow ? key.low_address : key.high_address);
        places_[place_of(address)] = {address, time};
    }

    // kNoTime: not known.
    [[nodiscard]] Nanoseconds of(const IpAddress& host) const {
        std::array<std::uint64_t, 2> words;
        std::memcpy(words.data(), host.bytes.data(), sizeof words);
        const Place& place = places_[place_of(folded(words))];
        return place.address == folded(words) ? place.time : kNoTime;
    }

    [[nodiscard]] std::size_t memory() const { return places_.capacity() * sizeof(Place); }

private:
    struct Place {
        std::uint64_t address = 0;
        Nanoseconds time = kNoTime;
    };
    static constexpr unsigned kBits = 13;
    static constexpr std::uint64_t kOdd = 0x9E37'79B9'7F4A'7C15;  // 2^64 by the golden ratio

    static std::uint64_t folded(const std::array<std::uint64_t, 2>& words) {
        return words[0] ^ (words[1] * kOdd);
    }
    static std::size_t place_of(std::uint64_t address) { return (address * kOdd) >> (64 - kBits); }

    std::vector<Place> places_ = std::vector<Place>(std::size_t{1} << kBits);
};

}  // namespace deadpeer
