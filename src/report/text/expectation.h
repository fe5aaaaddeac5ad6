// Expectation: where a side's keepalive is not what the user's inventory expects of its host.
//
//     10.1.0.2 (db-1) probes after 2 h, expected 5 min. It repeats probes every 75 s, expected 10 s.
//     10.1.0.2 (db-1) sent no keepalive probe in 2 h of silence, expected after 5 min.
//
// What:    only what the capture shows is compared: an inferred timer that is not within the tolerance that
//          timers have (from 1 % below to 3 % or 50 ms above), or a silence that a living host came through
//          without the probe that was due in it.
// Threads: pure function.
#pragma once

#include <string>

#include "deadpeer/flow_summary.h"
#include "knowledge/inventory.h"

namespace deadpeer {

// Appends sentences for each side that differs. True if it did: names are in the text then, and those are
// untrusted.
bool say_unexpected(std::string& out, const FlowSummary& flow, const Inventory& inventory);

}  // namespace deadpeer
