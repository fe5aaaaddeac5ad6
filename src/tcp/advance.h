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

// What any segment, analysed or not, tells by its options and its part in the handshake. Comes last.
void learn_options(TcpStream& stream, const Segment& segment, const Rules& rules);

// Gives back the stream's memory.
void release(TcpStream& stream, RangePool& pool);

}  // namespace deadpeer
