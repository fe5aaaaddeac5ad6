// SharedAddresses: pairs of addresses that belong to others in another virtual network.
//
// What:    where networks are not told apart, hosts of two tenants with the same addresses are taken for one.
//          It shows where two connections between the same addresses go on at once, each in a virtual
//          network (VNI) of its own. A path that leads from one network into another shows each of them in
//          both; in one direction, as the way back may lead through others. VLANs and the keys of GRE tell
//          nothing, as routers spread connections over several.
// Memory:  fixed, and none before the first segment in a virtual network; of a pair whose place another took
//          nothing is known.
// Threads: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/hash.h"
#include "deadpeer/scope.h"
#include "deadpeer/segment.h"
#include "deadpeer/time.h"

namespace deadpeer {

class SharedAddresses {
public:
    explicit SharedAddresses(std::uint64_t seed) : hash_(seed) {}

    // A segment in that network. Answers whether it shows, for the first time, that its addresses are others
    // in another one.
    bool note(const Segment& segment, Scope network);

    [[nodiscard]] std::size_t memory() const { return places_.capacity() * sizeof(Place); }

private:
    // What is sent on a connection in one direction and network.
    struct Sent {
        std::uint64_t connection = 0;
        Scope network = 0;  // 0: there is none
        std::uint32_t seq = 0;
        std::uint32_t segments = 0;
        Nanoseconds first = kNoTime;
        Nanoseconds last = kNoTime;

        [[nodiscard]] bool is_established() const;
        [[nodiscard]] bool is_apart_from(const Sent& other) const;
        // Whether that is a segment of it on its way through another network.
        [[nodiscard]] bool leads_into(const Sent& other) const;
    };
    struct Place {
        std::uint64_t pair = 0;
        bool is_settled = false;  // told, or seen on a path from one network into another
        std::array<Sent, 8> sent;
    };

    static Sent& sent_in(Place& place, const Sent& segment);

    SeededHash hash_;
    std::vector<Place> places_;
};

}  // namespace deadpeer
