// Explanations: what happened, the evidence, the advice, in English, for a verdict or an event.
//
// What:    for a network engineer who has not read the code. Sides are named by address and port, durations
//          in the units people use. What is not certain is said to be so, with what would settle it: a RST
//          proves that its sender has no such connection, never by itself a reboot. The words are our own,
//          without quotes and line ends, but for names of the inventory.
// Cost:    writes into `out`, which is meant to be used again; no other allocation.
// Threads: pure functions.
#pragma once

#include <string>

#include "deadpeer/finding.h"
#include "deadpeer/flow_summary.h"
#include "knowledge/inventory.h"

namespace deadpeer {

// Each part is one sentence or a few short ones: a capital or an address first, a full stop last.
struct Explanation {
    std::string what;
    std::string evidence;
    std::string advice;      // what to do, or that there is nothing to do
    std::string text;        // the three, joined by a blank
    bool has_names = false;  // that others chose, in `advice` and `text`

    void clear();
    void join();  // makes `text`
};

// Both fill `out` anew and answer it.

// Nothing for a connection that was not judged. What the inventory did not expect is part of the advice.
const Explanation& explain(Explanation& out, const FlowSummary& flow, const Inventory* inventory = nullptr);
// `stream_numbers`: those are Wireshark's.
const Explanation& explain(Explanation& out, const Finding& finding, bool stream_numbers = true);

inline Endpoint initiator(const FlowSummary& flow) {
    return flow.key.sender(flow.initiator);
}
inline Endpoint responder(const FlowSummary& flow) {
    return flow.key.receiver(flow.initiator);
}

}  // namespace deadpeer
