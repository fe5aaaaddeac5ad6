// Whether a connection was closed although data, or a FIN, was never acknowledged.
#pragma once

#include "deadpeer/flow_summary.h"

namespace deadpeer {

constexpr bool is_unacknowledged_close(const FlowSummary& flow) {
    return flow.verdict == Verdict::kClosed &&
           (flow.reason == Reason::kDataUnacknowledged || flow.reason == Reason::kFinThenGone);
}

}  // namespace deadpeer
