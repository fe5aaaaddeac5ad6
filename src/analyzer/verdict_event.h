// The event that a verdict is, and the one that takes it back.
//
// Threads: pure functions.
#pragma once

#include <optional>

#include "deadpeer/finding.h"
#include "detect/judge.h"
#include "detect/watch.h"
#include "engine/connection.h"

namespace deadpeer {

// `host`: what its other connections told. None for a verdict that is no event.
std::optional<Finding> event_of(const Connection& connection, const Judgement& judgement,
                                const HostSigns& host);

// Live: that event no longer holds. Time and frame are still to be filled in. REQUIRES: told.event.
Finding change_of(const Connection& connection, const ReportedVerdict& reported, Verdict now, Reason reason,
                  Confidence confidence);

// The same for an event about several connections, in full.
Finding change_of(const Finding& reported, Nanoseconds now);

}  // namespace deadpeer
