// GoneConnections: when hosts were heard on connections that are told and forgotten.
//
// What:     for each host some spans of time, each from the first segment of a connection to the host's last;
//           those less than a boot apart are one. A RST to a connection that the host has forgotten is a span
//           of its own. What is shown of a host's life is never too little: where there is no room the two
//           spans that are closest become one, and of a host that was forgotten all the time until then
//           counts.
// Cost:     O(1).
// Memory:   bounded.
// Threads:  one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>

#include "core/recent_table.h"
#include "deadpeer/address.h"
#include "deadpeer/time.h"
#include "detect/silence.h"

namespace deadpeer {

class GoneConnections {
public:
    struct Span {
        Nanoseconds from = kNoTime;
        Nanoseconds to = kNoTime;
        bool resets = false;  // the last word is a RST to a connection that the host has forgotten
    };

    // `bytes`: what it may take, about.
    explicit GoneConnections(std::size_t bytes) : hosts_(bytes) {}

    // REQUIRES: from <= to.
    void add(const IpAddress& host, std::uint64_t hash, Span span) {
        Host* known = hosts_.find(host, hash);
        if (known == nullptr) {
            const Nanoseconds forgotten = hosts_.forgotten_until(hash);
            known = &hosts_.insert(host, hash);
            if (forgotten != kNoTime) known->add({kLongAgo, forgotten});
        }
        known->add(span);
    }

    template <typename Visit>
    void for_each(const IpAddress& host, std::uint64_t hash, Visit visit) const {
        if (const Host* known = hosts_.find(host, hash)) {
            std::for_each_n(known->spans.begin(), known->count, visit);
        } else if (hosts_.forgotten_until(hash) != kNoTime) {
            visit(Span{kLongAgo, hosts_.forgotten_until(hash)});
        }
    }

    [[nodiscard]] std::size_t memory() const { return hosts_.memory(); }

private:
    static constexpr Nanoseconds kLongAgo = kNoTime / 2;  // before all times, with room for a difference

    struct Host {
        Nanoseconds last = kNoTime;  // it was heard
        std::array<Span, 6> spans;   // in order, the first `count`
        std::size_t count = 0;

        void add(Span span);
        static bool is_later(const Span& a, const Span& b) { return a.to == b.to ? b.resets : a.to > b.to; }
    };

    RecentTable<IpAddress, Host> hosts_;
};

inline void GoneConnections::Host::add(Span span) {
    last = std::max(last, span.to);
    std::array<Span, std::tuple_size_v<decltype(spans)> + 1> all;
    auto end = all.begin();
    for (std::size_t i = 0; i < count; ++i) {
        const bool apart =
            spans[i].to <= span.from - kShortestBoot || span.to <= spans[i].from - kShortestBoot;
        if (apart) {
            *end++ = spans[i];
        } else {
            const Span& later = is_later(spans[i], span) ? spans[i] : span;
            span = {std::min(span.from, spans[i].from), later.to, later.resets};
        }
    }
    const auto later = [](const Span& a, const Span& b) { return a.from < b.from; };
    const auto place = std::upper_bound(all.begin(), end, span, later);
    std::move_backward(place, end, end + 1);
    *place = span;
    ++end;
    if (end == all.end()) {
        auto closest = all.begin();
        for (auto each = all.begin(); each + 1 != end; ++each) {
            if (each[1].from - each->to < closest[1].from - closest->to) closest = each;
        }
        closest[1].from = closest->from;
        end = std::copy(closest + 1, end, closest);
    }
    count = static_cast<std::size_t>(end - all.begin());
    std::copy(all.begin(), end, spans.begin());
}

}  // namespace deadpeer
