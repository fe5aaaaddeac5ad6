// CloseStory: how a connection was closed, where that deserves a word; the same for the connection's verdict
// and for the event.
//
// What:    a part of the explanations.
// Threads: plain value and pure functions.
#pragma once

#include "deadpeer/finding.h"
#include "deadpeer/flow_summary.h"
#include "report/text/explanation.h"

namespace deadpeer {

struct CloseStory {
    Reason reason = Reason::kNone;
    Confidence confidence = Confidence::kNone;
    Endpoint closer;
    Endpoint other;
    Nanoseconds idle = kNoTime;
    std::uint32_t tries = 0;
    std::uint32_t lost_bytes = 0;
};

CloseStory close_of(const FlowSummary& flow);
CloseStory close_of(const Finding& finding);

// For the reasons of `closed` but fin and reset_after_fin. REQUIRES: `out` is empty.
void describe_close(Explanation& out, const CloseStory& story);

// For the event idle_close. REQUIRES: `out` is empty.
void describe_idle_close(Explanation& out, const Finding& finding);

}  // namespace deadpeer
