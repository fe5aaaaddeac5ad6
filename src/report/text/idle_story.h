// The verdict idle: what is known of a connection that is open and silent.
//
// Threads: pure functions.
#pragma once

#include "deadpeer/flow_summary.h"
#include "report/text/explanation.h"

namespace deadpeer {

// REQUIRES: `out` is empty.
void describe_idle(Explanation& out, const FlowSummary& flow);

}  // namespace deadpeer
