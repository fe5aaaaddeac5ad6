// Snapshot: what a folder of reports says, as far as comparing needs it.
//
// What:     flows.csv, events.csv and hosts.csv of an earlier run; the other reports need not be there.
// Memory:   one record for each row.
// Lifetime: a value.
// Threads:  plain values.
// Errors:   load_snapshot() names the file, the line and what is wrong with it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/result.h"
#include "deadpeer/time.h"

namespace deadpeer {

struct FlowRecord {
    Endpoint initiator;
    Endpoint responder;
    bool roles_guessed = true;  // no SYN was seen
    Nanoseconds first_time = kNoTime;
    std::optional<std::uint64_t> stream;
    std::uint64_t verdict_frame = 0;  // 0: not known
    Verdict verdict = Verdict::kNone;

    // The same whichever side was taken for the initiator.
    [[nodiscard]] const Endpoint& low() const { return initiator < responder ? initiator : responder; }
    [[nodiscard]] const Endpoint& high() const { return initiator < responder ? responder : initiator; }
};

// What no verdict of a connection says: an event about a host or about the path between two.
struct EventRecord {
    EventKind kind = EventKind::kHostRebooted;
    Endpoint subject;
    IpAddress peer;  // of those about two hosts; else all 0
    Nanoseconds time = kNoTime;
};

// Durations are kNoTime and the count is 0 where the report does not know.
struct HostRecord {
    IpAddress address;
    std::string name;  // as the cell has it, guarded against formulas. Untrusted text.
    Nanoseconds idle = kNoTime;
    Nanoseconds interval = kNoTime;
    std::uint64_t count = 0;
};

struct Snapshot {
    std::vector<FlowRecord> flows;
    std::vector<EventRecord> events;
    std::vector<HostRecord> hosts;
};

// The names of hosts that have one.
using HostNames = std::map<IpAddress, std::string>;
// Names that are known already stay.
void note_names(const std::vector<HostRecord>& hosts, HostNames& names);

Result<Snapshot> load_snapshot(const std::string& folder);

}  // namespace deadpeer
