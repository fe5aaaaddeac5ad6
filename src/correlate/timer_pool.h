// TimerPool: the timers of one host's connections to one service, taken together.
//
// What:    a host fires timers late, by up to an eighth of them, and each connection shows few gaps. The
//          connections of a host to one port share their settings, so the shortest gap among them is
//          closest to the truth.
// Memory:  8 MiB at most; gaps that find no room stand for themselves.
// Threads: one at a time.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadpeer/address.h"
#include "deadpeer/time.h"
#include "detect/timer_estimate.h"

namespace deadpeer {

class TimerPool {
public:
    // Whose timer, towards which service.
    struct Owner {
        IpAddress host;
        std::uint16_t service_port = 0;
        bool host_serves = false;  // the prober is the responder

        friend std::strong_ordering operator<=>(const Owner&, const Owner&) = default;
        friend bool operator==(const Owner&, const Owner&) = default;
    };

    void add(const Owner& owner, const GapCluster& gaps);

    // Before the first question.
    void freeze() { merge(); }

    // The value of the owner's timer that these gaps come from. REQUIRES: frozen.
    [[nodiscard]] Nanoseconds value(const Owner& owner, const GapCluster& gaps) const;

private:
    struct Entry {
        Owner owner;
        GapCluster gaps;
    };
    static constexpr std::size_t kMost = (std::size_t{8} << 20) / sizeof(Entry);

    void merge();

    std::vector<Entry> entries_;
    bool full_ = false;
};

}  // namespace deadpeer
