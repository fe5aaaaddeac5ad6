// tally: takes a segment into its connection's tallies: what was counted, when it was heard, who is who.
//
// Cost:    inlined for the plain segment, which is nearly every one; the rest is in tally.cc.
// Threads: as the connection.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/connection.h"

namespace deadpeer {

namespace tallying {

// Of a SYN, FIN or RST.
void learn_roles(Connection& connection, const Segment& segment);

// The connection's first segment, which is in connection.last already.
void begin(Connection& connection, const Segment& first);

// What contradicts itself or was cut is counted and has its time, as long as nothing better tells of its
// side.
void take_unanalysed(Connection& connection, const Segment& segment, RangePool& pool);

// Of a second or more.
void note_long_silence(Connection& connection, Nanoseconds silence);

inline void note_time(Connection& connection, const Segment& segment) {
    if (segment.time == kNoTime) return;
    if (connection.first_time == kNoTime) {
        connection.first_time = segment.time;
    } else if (connection.last_time() != kNoTime) {
        const Nanoseconds silence = segment.time - connection.last_time();
        if (silence >= kSecond) note_long_silence(connection, silence);
        if (silence <= -kSecond) connection.clock_set_back = true;
        connection.longest_idle = std::max({connection.longest_idle, silence, Nanoseconds{0}});
    }
    connection.last_sender = segment.direction;
}

}  // namespace tallying

// What was taken for stray is part of the connection after all. Comes before inspect() and tally().
// REQUIRES: the numbers of the segment are Numbers::kAgreed.
void agree(Connection& connection, const Segment& segment, RangePool& pool);

// Comes before advance() of its TcpStream. `is_copy`: the capture holds it already.
[[gnu::always_inline]] inline void tally(Connection& connection, const Segment& segment, std::uint32_t file,
                                         RangePool& pool, bool is_copy) {
    if (connection.last.file != file) connection.several_inputs = connection.first.frame != 0;
    connection.last = FramePosition::of(file, segment.frame);
    if (connection.first.frame == 0) tallying::begin(connection, segment);
    if (segment.has(kSyn | kFin | kRst)) tallying::learn_roles(connection, segment);
    if (!segment.analysed) return tallying::take_unanalysed(connection, segment, pool);

    count(connection.sent_by(segment.direction), segment, pool, is_copy);
    acknowledge(connection.sent_by(opposite(segment.direction)), segment, pool);
    tallying::note_time(connection, segment);
}

// Likewise, a segment that its receiver drops.
void tally_stray(Connection& connection, const Segment& segment, std::uint32_t file);

}  // namespace deadpeer
