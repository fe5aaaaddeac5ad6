// classify: which tcp.analysis labels Wireshark gives a segment.
//
// What:    questions about the state before the segment; nothing here changes it (advance.h does).
// Source:  measured behaviour of Wireshark 4.0, 4.4 and 4.6; the rules' names are in the bodies.
// Threads: pure functions.
#pragma once

#include "deadpeer/labels.h"
#include "deadpeer/segment.h"
#include "tcp/half_stream.h"
#include "tcp/range_pool.h"
#include "tcp/rules.h"

namespace deadpeer {

enum class StreamStart {
    kContinue,    // the segment belongs to the stream
    kNewStream,   // it begins a new stream of its 4-tuple (label reused_ports)
    kRenumbered,  // it stays, but its side starts over at another ISN (label reused_ports)
};

// Asked for every segment before anything else, analysed or not.
StreamStart stream_start(const TcpStream& stream, const Segment& segment, const Rules& rules);

// The labels by which later segments judge this one. REQUIRES: segment.analysed.
Labels classify(const TcpStream& stream, const Segment& segment, const Rules& rules, const RangePool& pool);

// A window update that carries SACK blocks: newer releases count and show it as a duplicate ACK.
inline bool shown_as_duplicate_ack(Labels labels, const Segment& segment, const Rules& rules) {
    return labels.has(Label::kWindowUpdate) && segment.sack_blocks > 0 && rules.sack_makes_duplicate_ack;
}

// The labels as printed: `labels` plus what only the display adds or hides.
inline Labels printed(Labels labels, const Segment& segment, const Rules& rules) {
    if (!segment.labels_printed) return {};
    if (shown_as_duplicate_ack(labels, segment, rules)) {
        return labels.without(Label::kWindowUpdate) | Label::kDuplicateAck;
    }
    return labels;
}

}  // namespace deadpeer
