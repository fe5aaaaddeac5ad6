// Explanations: what happened, how we know, what to do; one English sentence for a verdict or an event.
//
// What:    for a network engineer who has not read the code. Sides are named by address and port, durations
//          in the units people use. What is not certain is said to be so, with what would settle it: a RST
//          proves that its sender has no such connection, never by itself a reboot. The words are our own:
//          nothing that others chose is in them, and neither quotes nor line ends.
// Cost:    appends to `out`, which is meant to be used again; no other allocation.
// Threads: pure functions.
#pragma once

#include <string>

#include "deadpeer/finding.h"
#include "deadpeer/flow_summary.h"

namespace deadpeer {

// Nothing for a connection that was not judged.
void explain(std::string& out, const FlowSummary& flow);
// `stream_numbers`: those are Wireshark's.
void explain(std::string& out, const Finding& finding, bool stream_numbers = true);

}  // namespace deadpeer
