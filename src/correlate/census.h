// Census: how many connections each server holds that has a limit, and when they become too many.
//
//     if (census.opened(connection)) sink.on_finding(census.warning(connection, idle_after, last_time));
//     if (auto peak = census.closed(key, initiator)) sink.on_finding(*peak);
//     for (const Finding& peak : census.peaks(idle_after, last_time)) sink.on_finding(peak);
//
// What:     for ports that have a limit, counts the connections that each responder address holds at once.
//           opened() answers true when they reach 80 % of it; once, until they have fallen below 70 %.
//           warning() says then who holds them and how many are idle. If there were more later, closed()
//           tells how many at most when they have fallen below 70 %, peaks() of those that have not.
// Use:      opened() when a connection is established, or is met established; closed() when it has ended, and
//           also when its flow is evicted. Each is idempotent: a connection counts once however often it is
//           opened, and closing one that was never counted changes nothing. So an evicted flow that is met
//           again counts once, too.
// Cost:     O(1) for opened and closed; warning() walks the server's connections, of which at least a tenth
//           of the limit are new since the last time.
// Memory:   about 220 bytes for each connection counted, at most `memory_cap`; beyond it connections are not
//           counted, and refused() tells how many.
// Threads:  one at a time. No clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/hash.h"
#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/options.h"
#include "deadpeer/time.h"

namespace deadpeer {

// A connection as the census meets it.
struct CensusEntry {
    FlowKey key;
    Direction initiator = Direction::kFromLow;
    std::uint32_t file = 0;         // index of the input
    std::uint64_t first_frame = 0;  // where the connection begins, in that input
    std::uint64_t frame = 0;        // the segment that tells that it is open
    Nanoseconds time = kNoTime;     // of that segment
};

class Census {
public:
    // Of two limits for one port the later counts; a limit of 0 is none. The seed is that of a SeededHash.
    Census(std::span<const AnalyzerOptions::ConnectionLimit> limits, std::size_t memory_cap,
           std::uint64_t hash_seed);

    // Whether any port has a limit; without one the others need not be called.
    [[nodiscard]] bool active() const { return !limits_.empty(); }

    // True if with this connection its server has just reached 80 % of its limit.
    bool opened(const CensusEntry& entry);
    std::optional<Finding> closed(const FlowKey& key, Direction initiator);

    // The capacity_warning about the server of a connection for which opened() was true. Idle are those whose
    // last segment, told by `last_time` (kNoTime: not known), is at least `idle_after` before `entry.time`.
    using LastTime = std::function<Nanoseconds(const FlowKey&)>;
    [[nodiscard]] Finding warning(const CensusEntry& entry, Nanoseconds idle_after,
                                  const LastTime& last_time) const;

    // At the end: of each server that has come to hold more since its warning; who holds them if none has
    // been closed since. In the order of servers.
    [[nodiscard]] std::vector<Finding> peaks(Nanoseconds idle_after, const LastTime& last_time) const;

    [[nodiscard]] std::uint64_t refused() const { return refused_; }
    [[nodiscard]] std::size_t memory() const { return connections_ * kBytesPerConnection; }

private:
    // A node of a hash table, its place in the buckets, and the server's own if it is the only one.
    static constexpr std::size_t kBytesPerConnection = 220;

    struct Connection {
        std::uint32_t file = 0;
        std::uint64_t first_frame = 0;
    };
    struct Server {
        std::uint32_t limit = 0;
        std::size_t told = 0;  // so many, with the warning; 0: there is none
        std::size_t most = 0;  // since then
        CensusEntry last;      // of these
        std::unordered_map<FlowKey, Connection, SeededHash> connections;
    };
    [[nodiscard]] static Finding described(const CensusEntry& entry);
    [[nodiscard]] static Finding peak_of(const Server& server);
    static void count_idle(Finding& finding, const Server& server, const CensusEntry& entry,
                           Nanoseconds idle_after, const LastTime& last_time);

    // An endpoint is hashed as a flow from it to nowhere.
    struct EndpointHash {
        SeededHash hash;
        std::size_t operator()(const Endpoint& endpoint) const;
    };

    std::unordered_map<std::uint16_t, std::uint32_t> limits_;  // by port
    std::unordered_map<Endpoint, Server, EndpointHash> servers_;
    SeededHash hash_;
    std::size_t memory_cap_;
    std::size_t connections_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace deadpeer
