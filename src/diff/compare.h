// Compares two snapshots.
//
// What:     connections are the same if both endpoints and the time of the first frame are, whichever side
//           was taken for the initiator (so, if their community_id and first_utc are). What is left over is
//           matched by the endpoints alone, in the order of time: a connection that goes on in the next
//           capture begins there at another time. Where one report has more of an endpoint pair than the
//           other, the older's last and the newer's first are taken to be the same. Settings of a host's
//           keepalive differ if both reports know them and they are further apart than timers are late: 3 %
//           or 50 ms.
// Cost:     sorting; memory is one small record for each difference.
// Lifetime: answers point into the snapshots, which must outlive them.
// Threads:  pure function.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "diff/snapshot.h"

namespace deadpeer {

enum class Change : std::uint8_t {
    kNewDeadPeer,
    kNewRebootedPeer,
    kNewSuspect,
    kVerdict,
    kConnectionGone,
    kConnectionNew,
    kNewEvent,
    kKeepalive,
};

inline constexpr std::array<std::string_view, 8> kChangeNames = {
    "new_dead_peer",   "new_rebooted_peer", "new_suspect", "verdict_changed",
    "connection_gone", "connection_new",    "new_event",   "keepalive_changed"};

constexpr std::string_view to_string(Change change) {
    return kChangeNames[static_cast<std::size_t>(change)];
}

// Each difference is in one of these, once. A connection that is new and dead is a kNewDeadPeer.
struct ConnectionChange {
    Change change = Change::kVerdict;
    const FlowRecord* before = nullptr;  // nullptr if the connection is new
    const FlowRecord* after = nullptr;   // nullptr if it is gone

    [[nodiscard]] const FlowRecord& known() const { return after != nullptr ? *after : *before; }
};
// An event that occurs more often than it did.
struct EventChange {
    const EventRecord* event = nullptr;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
};
struct HostChange {
    const HostRecord* before = nullptr;
    const HostRecord* after = nullptr;
};

struct Difference {
    std::vector<ConnectionChange> connections;  // by change, then endpoints, then time
    std::vector<EventChange> events;            // by kind, then subject
    std::vector<HostChange> hosts;              // by address
    std::uint64_t before = 0;                   // connections
    std::uint64_t after = 0;
    std::uint64_t in_both = 0;

    [[nodiscard]] std::uint64_t count(Change change) const;
};

bool keepalive_differs(Nanoseconds before, Nanoseconds after);
bool keepalive_differs(std::uint64_t before, std::uint64_t after);

// Sorts the snapshots' records.
Difference compare(Snapshot& before, Snapshot& after);

}  // namespace deadpeer
