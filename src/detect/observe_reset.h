// observe_reset: takes a RST, and what follows one, into a Watch.
//
// What:    who sent the RST and what provoked it is told by its form and by the segments before it; whether
//          it was heeded by those after it.
// Source:  RFC 9293 section 3.10.7.1 (a host without the connection), RFC 5961 section 3.2 (challenge ACK).
// Threads: as observe().
#pragma once

#include "deadpeer/segment.h"
#include "detect/connection_view.h"
#include "detect/watch.h"

namespace deadpeer {

// Whether the IP id `now` goes on where the ids of the same sender had been before a silence. Ids that are
// zero, or drawn by chance, say nothing.
[[nodiscard]] bool ip_id_runs_on(std::uint16_t before, std::uint16_t now);

// REQUIRES: `segment` is a RST and has a time.
void observe_reset(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment);

// Answers whether the RST decided what became of the connection: then later segments tell nothing of it.
// REQUIRES: a RST was met; `segment` is none.
bool observe_after_reset(Watch& watch, WatchPools& pools, const ConnectionView& before,
                         const Segment& segment);

}  // namespace deadpeer
