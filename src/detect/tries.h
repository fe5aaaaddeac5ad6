// Tries: what a side sends until it is answered, as a Watch remembers it: keepalive probes, and the same data
// again and again.
//
// Threads: they change the Watch that is given; one at a time.
#pragma once

#include "deadpeer/segment.h"
#include "detect/connection_view.h"
#include "detect/watch.h"

namespace deadpeer {

// `segment` is a keepalive probe.
void note_probe(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment);

// A transmission of what the peer has not acknowledged, once more.
void note_transmission(Watch& watch, WatchPools& pools, const ConnectionView& before, const Segment& segment,
                       SegmentKind kind);

}  // namespace deadpeer
