// FirstPair: the first two segments of a stream that is seen from its middle, when they may be a keepalive
// probe and its answer.
//
// What:    side A sends 0 or 1 octets with (seq s, ack a), side B answers without data with (seq a,
//          ack s+1). That can be anything until A does it again after a silence; then both were keepalives.
//          A capture that holds nothing but keepalives shows no more of a connection.
// Threads: plain value, pure functions.
#pragma once

#include <cstdint>

#include "core/seq.h"
#include "deadpeer/finding.h"
#include "deadpeer/segment.h"

namespace deadpeer {

struct FirstPair {
    enum class State : std::uint8_t { kNone, kAsked, kAnswered };

    State state = State::kNone;
    Direction prober = Direction::kFromLow;
    Seq seq;
    Seq ack;
    Nanoseconds asked = kNoTime;
    Nanoseconds answered = kNoTime;
    std::uint64_t answer_frame = 0;
    std::uint32_t probe_row = 0;  // their rows, to be settled; 0 = none
    std::uint32_t answer_row = 0;

    [[nodiscard]] bool open() const { return state != State::kNone; }
};

// Whether the first segment of a stream may be a probe.
bool may_begin_pair(const Segment& first);

FirstPair begin_pair(const Segment& first);

enum class PairStep : std::uint8_t {
    kWaits,      // the segment says nothing about the pair
    kAnswers,    // it is the answer
    kConfirms,   // it is the next probe: the pair was a probe and its answer
    kAbandoned,  // the pair was something else, or nobody will know
};

// What the next segment of the stream, of that kind, means for the pair. REQUIRES: the pair is open.
PairStep next_step(const FirstPair& pair, const Segment& segment, SegmentKind kind);

}  // namespace deadpeer
