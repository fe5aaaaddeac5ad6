// observe_close: a FIN after a silence, and what the other side sends into the closing connection.
//
// What:    a part of observe. A server's idle timer that expires while a request is on its way (the
//          keep-alive reuse race), and a client that sends although it was told that nobody reads any more.
// Threads: pure functions, but for note_close, a writer of the Watch.
#pragma once

#include <optional>

#include "deadpeer/segment.h"
#include "detect/connection_view.h"
#include "detect/watch.h"

namespace deadpeer {

// A FIN after a shorter silence ends an exchange, not a connection that was kept for the next.
inline constexpr Nanoseconds kShortestIdleClose = 900 * kMillisecond;

// The first FIN of the connection, if it came after a silence; none if it did not, or if data around it were
// not captured.
std::optional<CloseRecord> close_after_idle(const ConnectionView& before, const Segment& segment);

// Takes the FIN, or what comes after it. Not for a RST.
void note_close(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment);

// Whether the FIN is followed by no more than the other side's.
bool closes_in_order(const Watch& watch, const ConnectionView& before, const Segment& segment);

// What the RST answers, of the side that had sent its FIN.
LateRequest late_request(const Watch& watch, const ConnectionView& before, const Segment& reset);

}  // namespace deadpeer
