// advance: the only writer of a TcpStream.
#pragma once

#include "deadpeer/labels.h"
#include "deadpeer/segment.h"
#include "tcp/half_stream.h"
#include "tcp/range_pool.h"
#include "tcp/rules.h"

namespace deadpeer {

// What a SYN does to its stream, analysed or not. REQUIRES: the segment belongs to the stream.
void begin(TcpStream& stream, const Segment& segment, bool renumbered);

// Takes an analysed segment into the state. `labels` are classify()'s for it.
void advance(TcpStream& stream, const Segment& segment, Labels labels, const Rules& rules, RangePool& pool);

// After advance() by a segment that its receiver drops: what the side expects is what it had said before, and
// so is whether its window is open. `before`: the side before advance().
void set_ack_aside(HalfStream& side, const HalfStream& before);

void learn_from_special(TcpStream& stream, const Segment& segment, const Rules& rules);

// What any segment, analysed or not, tells by its options and its part in the handshake. Comes last.
inline void learn_options(TcpStream& stream, const Segment& segment, const Rules& rules) {
    // Nearly always it comes in the midst of a connection, and tells nothing.
    const bool rtt_open = !stream.rtt_known && stream.handshake != 0;
    const bool nothing_new = segment.analysed && !segment.has(kSyn | kFin | kRst) && !rtt_open &&
                             !stream.forward(segment.direction).first_ack && segment.mptcp_subtypes == 0 &&
                             segment.window_scale == kNoWindowScale;
    if (!nothing_new) learn_from_special(stream, segment, rules);
}

// Gives back the stream's memory.
void release(TcpStream& stream, RangePool& pool);

}  // namespace deadpeer
