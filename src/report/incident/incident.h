// Incident: one cause, and the events and connections that come of it; one row of incidents.csv.
//
// Threads: plain value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadpeer/finding.h"
#include "deadpeer/names.h"

namespace deadpeer {

inline constexpr std::size_t kEventKinds = std::tuple_size_v<decltype(detail::kEventNames)>;

// How many events there are of each kind.
using EventCounts = std::array<std::uint64_t, kEventKinds>;

struct Incident {
    static constexpr std::size_t kMostStreams = 32;
    static constexpr std::size_t kMostPeers = 16;

    Finding cause;                        // of its events the one that tells most
    Severity severity = Severity::kInfo;  // of the worst of its events
    Endpoint subject;                     // the host that failed; port 0: several, or all of the host
    std::uint64_t connections = 0;        // that it cost, or else that its events are about
    std::uint64_t given_up_before = 0;    // of a reboot: those that were lost before it showed
    Nanoseconds first = kNoTime;          // times of its events
    Nanoseconds last = kNoTime;
    Nanoseconds last_heard = kNoTime;   // the subject's last word before it failed
    Nanoseconds half_open = kNoTime;    // the longest
    std::vector<StreamNumber> streams;  // the lowest, at most kMostStreams
    std::vector<IpAddress> peers;       // other ends, at most kMostPeers
    bool more_peers = false;
    EventCounts events{};

    [[nodiscard]] std::uint64_t count(EventKind kind) const { return events[static_cast<std::size_t>(kind)]; }
};

}  // namespace deadpeer
