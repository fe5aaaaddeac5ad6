// Service: who asks whom on which port, from whatever port; and which verdicts are problems of one.
//
// What:    A client takes another port for each connection, so that only the service is the same from run to
//          run. Where a run has not seen a SYN, its roles are guessed: known_servers() of runs that have seen
//          one turns those round that were guessed wrongly.
// Threads: plain values, pure functions.
#pragma once

#include <compare>
#include <set>

#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "diff/snapshot.h"

namespace deadpeer {

struct Service {
    IpAddress client;
    Endpoint server;

    friend auto operator<=>(const Service&, const Service&) = default;
    friend bool operator==(const Service&, const Service&) = default;
};

inline Service service_of(const FlowRecord& flow) {
    return {flow.initiator.address, flow.responder};
}

using Servers = std::set<Endpoint>;

// Adds who was seen to accept connections.
void note_servers(const std::vector<FlowRecord>& flows, Servers& servers);
void turn_to_servers(std::vector<FlowRecord>& flows, const Servers& servers);

// That a service is worse off for. A scan is nothing that fails, and `closed`, `alive`, `idle` and `unknown`
// tell of no failure.
bool is_problem(Verdict verdict);

}  // namespace deadpeer
