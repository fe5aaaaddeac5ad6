// Compares two snapshots.
//
// What:     connections are the same if both endpoints and the time of the first frame are, whichever side
//           was taken for the initiator (so, if their community_id and first_utc are). What is left over is
//           matched by the endpoints alone, in the order of time: a connection that goes on in the next
//           capture begins there at another time. What is left over then is matched by the service: a client
//           that connects anew does so from another port. Where one report has more than the other, the
//           older's last and the newer's first are taken to be the same.
//           A problem that the service had before, in whatever connection, is chronic, not new; one and the
//           same failure in both reports is neither. Settings of a host's keepalive differ if both reports
//           know them and they are further apart than timers are late: 3 % or 50 ms.
// Cost:     sorting; memory is one small record for each difference.
// Lifetime: answers point into the snapshots, which must outlive them.
// Threads:  pure function.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "diff/service.h"
#include "diff/snapshot.h"

namespace deadpeer {

enum class Change : std::uint8_t {
    kNewDeadPeer,
    kNewRebootedPeer,
    kNewSuspect,
    kNewProblem,  // another one
    kChronic,
    kVerdict,
    kResolved,
    kConnectionGone,
    kConnectionNew,
    kNewEvent,
    kKeepalive,
};

inline constexpr std::array<std::string_view, 11> kChangeNames = {
    "new_dead_peer",  "new_rebooted_peer", "new_suspect",      "new_problem",
    "chronic",        "verdict_changed",   "resolved",         "connection_gone",
    "connection_new", "new_event",         "keepalive_changed"};

constexpr std::string_view to_string(Change change) {
    return kChangeNames[static_cast<std::size_t>(change)];
}

// What a verdict is that was not there before.
constexpr Change change_to(Verdict verdict) {
    switch (verdict) {
        case Verdict::kPeerDead:
            return Change::kNewDeadPeer;
        case Verdict::kPeerRebooted:
            return Change::kNewRebootedPeer;
        case Verdict::kSuspect:
            return Change::kNewSuspect;
        default:
            return Change::kNewProblem;
    }
}

// Each difference is in one of these, once. A connection that is new and dead is a kNewDeadPeer.
struct ConnectionChange {
    Change change = Change::kVerdict;
    const FlowRecord* before = nullptr;  // nullptr if the connection is new, or took the place of another
    const FlowRecord* after = nullptr;   // nullptr if it is gone

    [[nodiscard]] const FlowRecord& known() const { return after != nullptr ? *after : *before; }
};
// A problem that a service has still or no longer: how many of its connections have it.
struct ServiceChange {
    Change change = Change::kChronic;  // or kResolved
    Service service;
    Verdict problem = Verdict::kNone;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
};
// An event that occurs more often than it did, or again: kNewEvent, kChronic.
struct EventChange {
    Change change = Change::kNewEvent;
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
    std::vector<ServiceChange> services;        // by change, then service
    std::vector<EventChange> events;            // by change, then kind, then subject
    std::vector<HostChange> hosts;              // by address
    std::uint64_t before = 0;                   // connections
    std::uint64_t after = 0;
    std::uint64_t in_both = 0;
    std::uint64_t replaced = 0;  // by another one of the same service
    HostNames names;

    [[nodiscard]] std::uint64_t count(Change change) const;
};

bool keepalive_differs(Nanoseconds before, Nanoseconds after);
bool keepalive_differs(std::uint64_t before, std::uint64_t after);

// Sorts the snapshots' records, and turns those whose roles were guessed wrongly.
Difference compare(Snapshot& before, Snapshot& after);

}  // namespace deadpeer
