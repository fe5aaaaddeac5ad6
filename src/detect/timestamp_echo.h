// TimestampEcho: what a segment echoes of the other side's timestamps (RFC 7323).
//
// What:    TSecr is the timestamp of the latest segment that its sender got in order.
// Threads: plain values.
#pragma once

#include "core/seq.h"
#include "deadpeer/segment.h"

namespace deadpeer {

struct TimestampEcho {
    bool known = false;
    Seq tsecr;

    static TimestampEcho of(const Segment& segment) { return {segment.has_timestamps, Seq(segment.tsecr)}; }
    // Between the two the sender got a segment that carried a later timestamp.
    [[nodiscard]] bool moved_since(const TimestampEcho& before) const {
        return known && before.known && tsecr.after(before.tsecr);
    }
};

}  // namespace deadpeer
