// The event that a verdict is.
//
// Threads: a pure function.
#pragma once

#include <optional>

#include "analyzer/connection.h"
#include "deadpeer/finding.h"
#include "keepalive/judge.h"

namespace deadpeer {

// `host`: what its other connections told. None for a verdict that is no event.
std::optional<Finding> event_of(const Connection& connection, const Judgement& judgement,
                                const HostSigns& host);

}  // namespace deadpeer
