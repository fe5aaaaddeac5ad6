// Explanations: what happened, how we know, what to do; one English sentence for a verdict or an event.
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

struct Explanation {
    std::string text;
    bool has_names = false;  // that others chose
};

// Both fill `out` anew and answer it.

// Nothing for a connection that was not judged. Then what the inventory did not expect, if there is one.
const Explanation& explain(Explanation& out, const FlowSummary& flow, const Inventory* inventory = nullptr);
// `stream_numbers`: those are Wireshark's.
const Explanation& explain(Explanation& out, const Finding& finding, bool stream_numbers = true);

}  // namespace deadpeer
