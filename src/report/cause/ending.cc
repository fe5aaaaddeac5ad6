#include "report/cause/ending.h"

#include "core/least_times.h"

namespace deadpeer {
namespace {

using E = Ending;
using C = Cause;

// What flows and events have in common.
struct Told {
    Verdict verdict;
    Reason reason;
    Signs signs;
    Nanoseconds half_open;
    Nanoseconds idle;
    Nanoseconds survived;
    Nanoseconds path_timeout;
    Tries tries;
    std::uint32_t count;
};

Ended by_reset(Reason reason) {
    switch (reason) {
        case Reason::kConnectionRefused:
            return {E::kRefused, C::kNothingListens};
        case Reason::kRefusedByLiveService:
            return {E::kRefused, C::kRefusedForNow};
        case Reason::kAborted:
            return {E::kAborted, C::kApplicationAborted};
        case Reason::kResetWhenIdle:
            return {E::kAborted, C::kNone};
        case Reason::kNatRebinding:
            return {E::kForgotten, C::kNatRebinding};
        case Reason::kNoSocketReset:
            return {E::kForgotten, C::kNone};
        default:
            return {};
    }
}

Ended without_clues(Verdict verdict, Reason reason) {
    switch (verdict) {
        case Verdict::kPeerDead:
            return reason == Reason::kAnswersLost ? Ended{E::kAborted, C::kAnswersLost}
                                                  : Ended{E::kSilence, C::kHostDown};
        case Verdict::kPathDead:
            return {E::kSilence, C::kPathDown};
        case Verdict::kPathMtu:
            return {E::kSilence, C::kPathMtu};
        case Verdict::kSuspect:
            return {E::kSilence, C::kNone};
        case Verdict::kPeerRebooted:
            return {E::kForgotten, C::kHostRebooted};
        case Verdict::kPeerLostState:
            return reason == Reason::kNoSocketReset ? Ended{E::kForgotten, C::kProcessEnded} : Ended{};
        case Verdict::kMiddleboxRestarted:
            return {E::kForgotten, C::kMiddleboxRestarted};
        case Verdict::kAddressMoved:
            return {E::kForgotten, C::kAddressMoved};
        case Verdict::kAddressConflict:
            return {E::kForgotten, C::kAddressConflict};
        case Verdict::kPeerRestored:
            return {E::kForgotten, C::kPeerRestored};
        case Verdict::kMiddleboxReset:
            return {E::kAborted, C::kMiddleboxReset};
        case Verdict::kPeerReset:
            return by_reset(reason);
        case Verdict::kScan:
            return {E::kAborted, C::kScan};
        case Verdict::kClosed:
            return reason == Reason::kFinThenGone ? Ended{E::kSilence, C::kClosedThenGone} : Ended{};
        case Verdict::kNoAnswer: {
            const bool open = reason == Reason::kNoAnswer || reason == Reason::kUnreachable;
            return open ? Ended{E::kNoAnswer, C::kNone} : Ended{};
        }
        case Verdict::kHandshakeIncomplete:
            return {reason == Reason::kSynAckRepeated ? E::kSynAckRepeated : E::kSynAckUnanswered, C::kNone};
        default:
            return {};
    }
}

// Who sent the RST had itself given the connection up.
bool gave_up_before(const Told& told) {
    return told.verdict == Verdict::kPeerLostState && (told.signs & kSignProberReset) != 0;
}

Clues clues_of(const Told& told) {
    Clues clues = told.signs;
    const auto note = [&](bool shows, Clues clue) {
        if (shows) clues |= clue;
    };
    const bool idle_known = told.idle != kNoTime;
    note(idle_known && told.idle >= kShortestPathTimeout, kClueIdleForLong);
    note(idle_known && told.survived != kNoTime && told.survived >= told.idle, kClueSurvivedLonger);
    note(told.path_timeout != kNoTime, kClueTimeoutFits);
    note(told.half_open != kNoTime && told.half_open < kShortestBoot, kClueSilenceTooShort);
    note(told.tries == Tries::kProbes, kClueProbesUnanswered);
    note(told.reason == Reason::kProbesExhausted || told.reason == Reason::kRetransmissionsExhausted,
         kClueGaveUp);
    constexpr Signs kOtherwise = kSignHostHeard | kSignIcmpPath | kSignNothingArrived;
    note(told.verdict == Verdict::kPathDead && (told.signs & kOtherwise) == 0, kClueBothTried);
    note(told.verdict == Verdict::kPathMtu, kClueSmallPassed);
    note(told.reason == Reason::kRefusedByLiveService, kClueServiceAccepts);
    note(told.reason == Reason::kNatRebinding, kClueSameNumbers);
    note(told.verdict == Verdict::kPeerRestored, kClueNumbersWentBack);
    note(told.reason == Reason::kNoSocketReset && told.half_open == kNoTime, kClueNeverHeard);
    note(told.reason == Reason::kFinThenGone, kClueFinBefore);
    note(told.verdict == Verdict::kScan, kClueRawSyn);
    note(gave_up_before(told), kClueGaveUpBefore);
    note(told.reason == Reason::kSynAckUnanswered && told.count > 1, kClueTriedAgain);
    return clues;
}

Ended ended_as(const Told& told) {
    Ended end = without_clues(told.verdict, told.reason);
    if (gave_up_before(told)) end.told = C::kProberGaveUp;
    if (told.verdict == Verdict::kMiddleboxReset && (told.signs & kSignRefusedSince) != 0)
        end = {E::kForgotten, C::kFirewallRejects};
    if (end.ending != Ending::kNone) end.clues = clues_of(told);
    return end;
}

// Of the events that tell a verdict.
Verdict verdict_of(EventKind kind) {
    switch (kind) {
        case EventKind::kPeerDead:
            return Verdict::kPeerDead;
        case EventKind::kPathDead:
            return Verdict::kPathDead;
        case EventKind::kPathMtu:
            return Verdict::kPathMtu;
        case EventKind::kProbesUnanswered:
            return Verdict::kSuspect;
        case EventKind::kPeerRebooted:
        case EventKind::kHostRebooted:
            return Verdict::kPeerRebooted;
        case EventKind::kPeerLostState:
            return Verdict::kPeerLostState;
        case EventKind::kMiddleboxRestarted:
            return Verdict::kMiddleboxRestarted;
        case EventKind::kAddressMoved:
            return Verdict::kAddressMoved;
        case EventKind::kAddressConflict:
            return Verdict::kAddressConflict;
        case EventKind::kMiddleboxReset:
            return Verdict::kMiddleboxReset;
        case EventKind::kPeerReset:
            return Verdict::kPeerReset;
        case EventKind::kNoAnswer:
            return Verdict::kNoAnswer;
        case EventKind::kHandshakeIncomplete:
            return Verdict::kHandshakeIncomplete;
        case EventKind::kPeerRestored:
            return Verdict::kPeerRestored;
        default:
            return Verdict::kNone;
    }
}

}  // namespace

Ended ended(const FlowSummary& flow) {
    return ended_as({flow.verdict, flow.reason, flow.signs, flow.half_open, flow.idle_at_failure,
                     flow.idle_survived, flow.path_timeout, flow.tries, flow.unanswered});
}

Ended ended(const Finding& finding) {
    if (finding.kind == EventKind::kHeartbeatStopped) return {E::kNoBeat, C::kNone, finding.signs};
    return ended_as({verdict_of(finding.kind), finding.reason, finding.signs, finding.half_open, finding.idle,
                     finding.survived, finding.path_timeout, finding.tries, finding.count});
}

}  // namespace deadpeer
