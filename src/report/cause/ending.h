// How a connection ended, as far as that narrows the causes, and what the capture shows about it.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "deadpeer/finding.h"
#include "deadpeer/flow_summary.h"

namespace deadpeer {

// A bit each: those of Signs, and what numbers tell besides.
using Clues = std::uint64_t;
inline constexpr Clues kClueIdleForLong = Clues{1} << 32;       // as long as middleboxes allow at least
inline constexpr Clues kClueTimeoutFits = Clues{1} << 33;       // a known idle timeout of middleboxes
inline constexpr Clues kClueSurvivedLonger = Clues{1} << 34;    // it came through a silence as long before
inline constexpr Clues kClueSilenceTooShort = Clues{1} << 35;   // for a boot
inline constexpr Clues kClueProbesUnanswered = Clues{1} << 36;  // keepalive probes, and nothing else
inline constexpr Clues kClueTriedAgain = Clues{1} << 37;        // its SYN, after the answer
inline constexpr Clues kClueGaveUp = Clues{1} << 38;            // after as many tries as stacks make
inline constexpr Clues kClueBothTried = Clues{1} << 39;         // and neither was answered
inline constexpr Clues kClueSmallPassed = Clues{1} << 40;       // while large ones were not acknowledged
inline constexpr Clues kClueServiceAccepts = Clues{1} << 41;    // others, soon after
inline constexpr Clues kClueSameNumbers = Clues{1} << 42;      // as a connection from another address or port
inline constexpr Clues kClueNumbersWentBack = Clues{1} << 43;  // and were refused
inline constexpr Clues kClueNeverHeard = Clues{1} << 44;       // who reset it, in this connection
inline constexpr Clues kClueFinBefore = Clues{1} << 45;        // who is silent had sent its FIN
inline constexpr Clues kClueRawSyn = Clues{1} << 46;           // no stack sends such SYNs
inline constexpr Clues kClueGaveUpBefore = Clues{1} << 47;     // who reset it, on unacknowledged data
inline constexpr std::size_t kClueCount = 48;

enum class Ending : std::uint8_t {
    kNone,  // in order, or not at all, or of a cause that is plain
    kSilence,
    kForgotten,  // a RST of a host without the connection
    kAborted,    // any other RST
    kRefused,
    kNoAnswer,
    kSynAckRepeated,
    kSynAckUnanswered,
    kNoBeat,
};

enum class Cause : std::uint8_t {
    kNone,
    kHostDown,
    kPathDown,
    kIdleTimeoutOnPath,
    kProbesIgnored,
    kCaptureBlind,
    kHostRebooted,
    kProcessEnded,
    kMiddleboxReset,
    kMiddleboxRestarted,
    kAddressMoved,
    kAddressConflict,
    kApplicationAborted,
    kIdleTimer,
    kNothingListens,
    kRefusedForNow,
    kFirewallRejects,
    kFirewallDrops,
    kAcceptQueueFull,
    kSynFlood,
    kApplicationHangs,
    kPathMtu,
    kNatRebinding,
    kPeerRestored,
    kAnswersLost,
    kProberGaveUp,
    kScan,
    kStaleSegment,
    kClosedThenGone,
};

struct Ended {
    Ending ending = Ending::kNone;
    Cause told = Cause::kNone;  // by the verdict or event, if it names one
    Clues clues = 0;
};
Ended ended(const FlowSummary& flow);
Ended ended(const Finding& finding);

}  // namespace deadpeer
