// InterfaceDrops: packets that the network interface, or its driver, had no room for.
//
// What:    the counters in /sys/class/net/NAME/statistics that libpcap calls ps_ifdrop. libpcap opens the
//          files again for every look, which a sandbox forbids, and then says 0; here they stay open. Where
//          /sys shows another network namespace, nothing is counted.
// Threads: one at a time.
// Errors:  none: a counter that cannot be read stands still. That is so after the interface was removed, and
//          remains so when one of its name comes again.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "capture/live/counter_total.h"

namespace deadpeer::capture {

class InterfaceDrops {
public:
    // `folder`: /sys/class/net/NAME; `index`: of the interface that is meant.
    InterfaceDrops(const std::string& folder, int index);
    ~InterfaceDrops();
    InterfaceDrops(const InterfaceDrops&) = delete;
    InterfaceDrops& operator=(const InterfaceDrops&) = delete;

    // How many were dropped since the last call.
    std::uint64_t take();

private:
    struct Counter {
        int descriptor = -1;
        CounterTotal total;
    };
    std::array<Counter, 2> counters_;
};

}  // namespace deadpeer::capture
