// What judging a connection needs to know of it, taken from its record and its Watch.
//
// Threads: pure functions.
#pragma once

#include <optional>

#include "correlate/host_book.h"
#include "deadpeer/options.h"
#include "detect/judge.h"
#include "detect/watch.h"
#include "engine/connection.h"

namespace deadpeer {

// When the side was last heard, a RST that stands not counted: it may be spoken by a host that knows nothing
// of the connection. `watch` may be null.
Nanoseconds heard(const Connection& connection, const Watch* watch, Direction side);

// Whether that side has sent or acknowledged data, or answered a probe, as far as the capture holds the
// beginning. `watch` may be null.
[[nodiscard]] bool was_in_use(const Connection& connection, const Watch* watch, Direction side);

// `watch` may be null. What heartbeats and the 4-tuple's later use tell is left out.
ConnectionFacts facts_of(const Connection& connection, const Watch* watch);

// The connection as that side lived it.
HostConnection lived_by(Direction side, const Connection& connection, const Watch* watch,
                        const AnalyzerOptions& options);

// The connection as the sender of its no-socket RST lived it; none if there is no such RST.
std::optional<HostConnection> lost_by_host(const Connection& connection, const Watch* watch,
                                           const AnalyzerOptions& options);

}  // namespace deadpeer
