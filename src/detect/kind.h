// kind_of: what a segment really is, whatever Wireshark calls it.
//
// What:    a question about the connection before the segment; changes nothing.
// Source:  RFC 9293 section 3.8.4 (keepalives), 3.8.6.1 (zero-window probes).
// Threads: pure function.
#pragma once

#include "deadpeer/finding.h"
#include "deadpeer/labels.h"
#include "deadpeer/segment.h"
#include "detect/connection_view.h"
#include "detect/watch.h"

namespace deadpeer {

// `watch` may be null: nothing remarkable was met yet. `holds_copies`: the capture holds many packets more
// than once.
SegmentKind kind_of(const ConnectionView& before, const Segment& segment, Labels labels, const Watch* watch,
                    Nanoseconds minimum_silence, bool holds_copies);

}  // namespace deadpeer
