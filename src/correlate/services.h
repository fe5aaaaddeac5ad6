// Services: whether a port that refuses a connection serves others at that time.
//
// What:     of each service, an address and port, the latest connection that it accepted, and one before. A
//           port that refuses a connection while one of these goes on, and accepts another within a minute,
//           lives: it has reached its limit, or does not like this client. Of each port that opens
//           connections, the latest.
// Memory:   fixed: of a service whose place another took nothing is known, nor of more than kMostRefusals
//           refusals that wait.
// Cost:     one look at a table for each connection; more only where a service has refused one.
// Threads:  one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/folded_address.h"
#include "deadpeer/address.h"
#include "deadpeer/segment.h"
#include "deadpeer/stream_number.h"
#include "deadpeer/time.h"
#include "detect/between.h"

namespace deadpeer {

class Services {
public:
    // Who refuses and accepts again so much later may have been started anew in between.
    static constexpr Nanoseconds kSettles = 60 * kSecond;

    Services() : places_(kPlaces), openers_(kPlaces) {}

    struct Refusal {
        FlowKey key;
        FlowKey witness;     // a connection that the service had then
        Direction server{};  // of `key`
        StreamNumber stream = 0;
        Nanoseconds time = kNoTime;
    };

    // The first segment of a side that accepts a connection, or has one whose begin was not captured. If it
    // accepts, calls visit(refusal) for those of its service that wait, each until the answer is true.
    template <typename Visit>
    void meet(const Segment& segment, Visit visit) {
        const std::uint64_t service = service_of(segment.key, segment.direction);
        if (waiting_ > 0 && segment.has(kSyn)) visit_refusals(service, segment.time, visit);
        Place& place = places_[place_of(service)];
        if (place.service != service) {
            place = {service, 0, {segment.key, FlowKey{}}};
            return;
        }
        // Of many that come and go, one stays for a while.
        if (++place.met % 8 == 1) place.keys[1] = place.keys[0];
        place.keys[0] = segment.key;
    }

    // The first segment of a side that opens a connection, or may have opened it.
    void meet_opener(const Segment& segment) {
        const std::uint64_t opener = service_of(segment.key, segment.direction);
        openers_[place_of(opener)] = {opener, segment.key};
    }

    // Connections that the sender of the segment, a RST, may have accepted besides.
    [[nodiscard]] std::array<FlowKey, 2> others(const Segment& reset) const {
        const std::uint64_t service = service_of(reset.key, reset.direction);
        const Place& place = places_[place_of(service)];
        return place.service == service ? place.keys : std::array<FlowKey, 2>{};
    }

    // One that it may have opened from the same port.
    [[nodiscard]] FlowKey opened(const Segment& reset) const {
        const std::uint64_t opener = service_of(reset.key, reset.direction);
        const Opened& place = openers_[place_of(opener)];
        return place.opener == opener ? place.key : FlowKey{};
    }

    // One that visit() is called for if the service accepts a connection in time.
    void wait(const Refusal& refusal) {
        if (refusals_.empty()) refusals_.resize(kMostRefusals);
        const std::uint64_t service = service_of(refusal.key, refusal.server);
        Waiting& waiting = refusals_[next_++ % kMostRefusals];
        if (waiting.service == 0) ++waiting_;
        waiting = {service, refusal};
    }

    [[nodiscard]] std::size_t memory() const {
        return places_.capacity() * sizeof(Place) + openers_.capacity() * sizeof(Opened) +
               refusals_.capacity() * sizeof(Waiting);
    }

private:
    static constexpr unsigned kBits = 12;
    static constexpr std::size_t kPlaces = std::size_t{1} << kBits;
    static constexpr std::size_t kMostRefusals = 64;

    struct Place {
        std::uint64_t service = 0;
        std::uint32_t met = 0;
        std::array<FlowKey, 2> keys;
    };
    struct Opened {
        std::uint64_t opener = 0;
        FlowKey key;
    };
    struct Waiting {
        std::uint64_t service = 0;
        Refusal refusal;
    };

    // Not 0.
    static std::uint64_t service_of(const FlowKey& key, Direction side) {
        const bool low = side == Direction::kFromLow;
        const std::uint64_t port = low ? key.low_port : key.high_port;
        return spread(folded(low ? key.low_address : key.high_address) ^ port << 48) | 1;
    }
    static std::size_t place_of(std::uint64_t service) { return service >> (64 - kBits); }

    template <typename Visit>
    void visit_refusals(std::uint64_t service, Nanoseconds now, Visit visit) {
        for (Waiting& waiting : refusals_) {
            if (waiting.service == 0) continue;
            const Nanoseconds waited = between(waiting.refusal.time, now);
            const bool late = waited == kNoTime || waited >= kSettles;
            if (!late && (waiting.service != service || !visit(waiting.refusal))) continue;
            waiting = {};
            --waiting_;
        }
    }

    std::vector<Place> places_;
    std::vector<Opened> openers_;
    std::vector<Waiting> refusals_;
    std::size_t next_ = 0;
    std::size_t waiting_ = 0;
};

}  // namespace deadpeer
