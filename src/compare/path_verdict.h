// Path verdict: what became of a connection, and where, as two capture points tell.
//
// What:    each side is asked for its last tries: what it sent after the last that came back to its own point
//          and what asks for an answer, if some of it was sent more than once. Tries that were lost between:
//          the connection died between the points. Tries that crossed, and answers that did not come back
//          across: its answers did. Tries that crossed and met silence: the peer did not answer, or what lies
//          beyond the other point. A RST that only one point saw was made on the path.
// Threads: pure function.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compare/fates.h"

namespace deadpeer::comparing {

enum class PathFate : std::uint8_t {
    kUnknown,
    kOpen,
    kClosed,
    kDiedBetween,
    kAnswerDiedBetween,
    kPeerSilent,
    kResetByPath,
    kResetByPeer,
    kTerminatedBetween,
};

struct PathVerdict {
    PathFate fate = PathFate::kUnknown;
    Confidence confidence = Confidence::kNone;
    std::size_t side = kInitiator;  // whose tries, answers' asker, or the RST's alleged sender
    // Of the first that was lost, or of the RST: at which point, and its place there.
    bool at_a = true;
    std::uint32_t place = Match::kNone;
    std::uint32_t tries = 0;       // of the side, that found no answer
    std::uint32_t tries_lost = 0;  // of these
    std::uint32_t answers_lost = 0;
};

PathVerdict judge_path(const PacketPairs& pairs, const Fates& fates, const Clock& clock);

}  // namespace deadpeer::comparing
