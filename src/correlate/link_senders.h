// LinkSenders: as which IP addresses the link-layer addresses of the link send.
//
// What:    a machine has few addresses, a router carries those of many. A table without collisions resolved:
//          of two link-layer addresses that share a place nothing is told.
// Cost:    O(1); inlined for what is known already.
// Memory:  fixed.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/folded_address.h"

namespace deadpeer {

class LinkSenders {
public:
    static constexpr std::size_t kMost = 4;  // addresses of a machine

    // A frame of that sender, folded, came from there. `is_fresh`: no router counted its TTL down.
    // `is_own()`: nor is it a packet within a tunnel.
    template <typename IsOwn>
    void meet(std::uint64_t mac, std::uint64_t sender, bool is_fresh, IsOwn is_own) {
        Place& place = places_[place_of(mac)];
        const std::uint32_t sent = short_of(sender);
        if (place.count > kMost || (place.mac == mac && is_fresh && place.senders[0] == sent)) return;
        const bool on_link = is_fresh && is_own();
        if (place.count == 0 && on_link) {
            place = {mac, {sent}, 1};
        } else {
            note(place, mac, sent, on_link);
        }
    }

    // It has at most so many addresses, and routes for no others, as far as was seen.
    [[nodiscard]] bool is_machine(std::uint64_t mac, std::size_t addresses) const {
        const Place& place = places_[place_of(mac)];
        return place.count <= (place.mac == mac ? addresses : kMost);
    }

    // The first of those that it was seen with.
    [[nodiscard]] std::span<const std::uint32_t> senders(std::uint64_t mac) const {
        const Place& place = places_[place_of(mac)];
        if (place.mac != mac) return {};
        return std::span(place.senders).first(std::min<std::size_t>(place.count, kMost));
    }

    // As it stands among these.
    static std::uint32_t short_of(std::uint64_t sender) {
        return static_cast<std::uint32_t>(spread(sender) >> 32U);
    }

    [[nodiscard]] std::size_t memory() const { return sizeof places_; }

private:
    struct Place {
        std::uint64_t mac = 0;
        std::array<std::uint32_t, kMost> senders{};
        std::uint32_t count = 0;  // kMost + 1: more, or it routes, or the place is shared
    };
    static constexpr unsigned kBits = 12;

    static std::size_t place_of(std::uint64_t mac) { return spread(mac) >> (64 - kBits); }
    static void note(Place& place, std::uint64_t mac, std::uint32_t sent, bool on_link);

    std::array<Place, std::size_t{1} << kBits> places_{};
};

}  // namespace deadpeer
