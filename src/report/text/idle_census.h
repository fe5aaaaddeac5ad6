// IdleCensus: who holds the connections that lie idle without keepalive.
//
// Memory:  bounded by the number of initiators; the connections of those beyond it are counted, not named.
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <string>

#include "deadpeer/flow_summary.h"
#include "report/per_address.h"
#include "report/text/named.h"

namespace deadpeer {

class IdleCensus {
public:
    static constexpr std::size_t kMostInitiators = std::size_t{1} << 16;
    static constexpr std::size_t kNamed = 3;

    void add(const FlowSummary& flow);

    // "Idle without keepalive: 25 connections, most of 10.1.0.2 (20), 10.1.0.3 (5)", if there are any.
    void describe(std::string& out, const Named& named);

private:
    struct Holder {
        IpAddress address;
        std::uint64_t connections = 0;
        Holder& operator+=(const Holder& other) {
            connections += other.connections;
            return *this;
        }
    };

    PerAddress<Holder> holders_{kMostInitiators};
    std::uint64_t count_ = 0;
};

}  // namespace deadpeer
