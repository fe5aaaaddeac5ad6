#include "report/cause/hypotheses.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace deadpeer {
namespace {

using E = Ending;
using C = Cause;

// What may hide an answer.
constexpr Clues kBlind = kSignCaptureLoss | kSignTimeWentBack | kSignCapturePaused;
// Who is refused is plain from the numbers.
constexpr Clues kPlainNumbers = kClueSameNumbers | kClueNumbersWentBack;
// The RST is not of the host in whose name it came.
constexpr Clues kOtherSender = kSignTtlDiffers | kSignBothEndsReset;

constexpr auto kHypotheses = std::to_array<Hypothesis>({
    {.ending = E::kSilence,
     .cause = C::kHostDown,
     .excluded_by = kSignHostHeard | kClueBothTried | kClueSmallPassed,
     .weakly_for = kSignIcmpUnreachable | kSignProberReset | kClueGaveUp,
     .against = kSignSpokeLater | kSignHostReturned | kSignNothingArrived | kBlind,
     .prior = 4},
    {.ending = E::kSilence,
     .cause = C::kPathDown,
     .excluded_by = kClueSmallPassed,
     .strongly_for = kSignHostHeard | kSignIcmpPath | kSignNothingArrived | kClueBothTried,
     .weakly_for = kSignIcmpUnreachable | kSignProberReset | kClueGaveUp | kSignHostReturned,
     .against = kBlind,
     .prior = 3},
    {.ending = E::kSilence,
     .cause = C::kIdleTimeoutOnPath,
     .needs_one_of = kClueIdleForLong,
     .excluded_by = kClueSurvivedLonger | kClueSmallPassed,
     .weakly_for = kClueTimeoutFits | kSignHostHeard,
     .against = kBlind,
     .prior = 2},
    {.ending = E::kSilence,
     .cause = C::kProbesIgnored,
     .needs_one_of = kClueProbesUnanswered,
     .excluded_by = kSignAnsweredBefore,
     .strongly_for = kSignSpokeLater,
     .weakly_for = kSignHostHeard,
     .against = kBlind},
    {.ending = E::kSilence,
     .cause = C::kPathMtu,
     .needs_one_of = kClueSmallPassed,
     .strongly_for = kClueSmallPassed,
     .against = kBlind,
     .prior = 2},
    {.ending = E::kSilence,
     .cause = C::kClosedThenGone,
     .needs_one_of = kClueFinBefore,
     .excluded_by = kSignHostHeard,
     .strongly_for = kClueFinBefore,
     .prior = 3},
    {.ending = E::kSilence, .cause = C::kCaptureBlind, .needs_one_of = kBlind, .strongly_for = kBlind},

    {.ending = E::kForgotten,
     .cause = C::kHostRebooted,
     .excluded_by = kSignsHostUp | kSignAddressMoved | kSignsAddress | kClueSilenceTooShort | kOtherSender |
                    kPlainNumbers,
     .strongly_for = kSignOthersLost | kSignAnnouncement,
     .weakly_for = kSignHostSilent | kSignNewConnections | kSignPortReopened,
     .against = kSignManyHosts | kSignLostTogether | kSignCapturePaused | kSignCaptureLoss},
    {.ending = E::kForgotten,
     .cause = C::kProcessEnded,
     .excluded_by = kOtherSender | kSignAddressShared | kPlainNumbers,
     .weakly_for = kSignsHostUp | kClueSilenceTooShort,
     .against = kSignAnnouncement | kSignLostTogether,
     .prior = 3},
    {.ending = E::kForgotten,
     .cause = C::kIdleTimeoutOnPath,
     .needs_one_of = kClueIdleForLong,
     .excluded_by = kClueSurvivedLonger | kPlainNumbers,
     .weakly_for = kClueTimeoutFits | kSignsHostUp | kSignTtlDiffers | kSignManyHosts,
     .against = kSignAnnouncement},
    {.ending = E::kForgotten,
     .cause = C::kMiddleboxReset,
     .excluded_by = kSignIpIdRanOn | kSignsAddress | kPlainNumbers,
     .strongly_for = kOtherSender,
     .weakly_for = kSignTtlNear,
     .prior = -1},
    {.ending = E::kForgotten,
     .cause = C::kMiddleboxRestarted,
     .needs_one_of = kSignLostTogether,
     .excluded_by = kSignAnnouncement | kSignAddressMoved | kSignsAddress | kPlainNumbers | kSignRefusedSince,
     .strongly_for = kSignLostTogether,
     .weakly_for = kSignsHostUp | kSignTtlDiffers | kClueSilenceTooShort,
     .prior = 1},
    {.ending = E::kForgotten,
     .cause = C::kAddressMoved,
     .needs_one_of = kSignAddressMoved | kSignAddressTaken,
     .excluded_by = kSignOlderSurvives | kSignIpIdRanOn | kSignAddressShared,
     .strongly_for = kSignAddressTaken | kSignAddressMoved,
     .weakly_for = kSignAddressClaimed | kSignOwnAddress},
    {.ending = E::kForgotten,
     .cause = C::kAddressConflict,
     .needs_one_of = kSignAddressShared,
     .strongly_for = kSignAddressShared,
     .weakly_for = kSignAddressClaimed | kSignOwnAddress,
     .prior = 4},
    {.ending = E::kForgotten,
     .cause = C::kFirewallRejects,
     .needs_one_of = kSignTtlDiffers | kSignLostTogether,
     .excluded_by = kSignIpIdRanOn | kSignsAddress | kPlainNumbers,
     .strongly_for = kSignRefusedSince,
     .weakly_for = kSignTtlDiffers | kSignLostTogether},
    {.ending = E::kForgotten,
     .cause = C::kNatRebinding,
     .excluded_by = kOtherSender | kSignsAddress | kClueNumbersWentBack,
     .strongly_for = kClueSameNumbers,
     .weakly_for = kClueNeverHeard,
     .against = kSignOthersLost | kSignAnnouncement | kSignPortReopened,
     .prior = -1},
    {.ending = E::kForgotten,
     .cause = C::kProberGaveUp,
     .needs_one_of = kClueGaveUpBefore,
     .excluded_by = kOtherSender | kSignsAddress | kPlainNumbers,
     .strongly_for = kClueGaveUpBefore,
     .prior = 3},
    {.ending = E::kForgotten,
     .cause = C::kStaleSegment,
     .needs_one_of = kClueNeverHeard,
     .excluded_by = kClueSameNumbers | kSignLostTogether | kSignOthersLost,
     .weakly_for = kClueNeverHeard},
    {.ending = E::kForgotten,
     .cause = C::kPeerRestored,
     .needs_one_of = kClueNumbersWentBack,
     .strongly_for = kClueNumbersWentBack,
     .prior = 2},

    {.ending = E::kAborted,
     .cause = C::kApplicationAborted,
     .excluded_by = kOtherSender | kSignAnswersUnheard | kClueRawSyn,
     .prior = 2},
    {.ending = E::kAborted,
     .cause = C::kIdleTimer,
     .needs_one_of = kClueIdleForLong,
     .excluded_by = kOtherSender | kSignAnswersUnheard | kClueRawSyn,
     .prior = 1},
    {.ending = E::kAborted,
     .cause = C::kMiddleboxReset,
     .excluded_by = kSignAnswersUnheard | kClueRawSyn,
     .strongly_for = kOtherSender,
     .weakly_for = kSignTtlNear},
    {.ending = E::kAborted,
     .cause = C::kAnswersLost,
     .needs_one_of = kSignResetWhenDue | kSignAnswersUnheard,
     .excluded_by = kOtherSender | kClueRawSyn,
     .strongly_for = kSignAnswersUnheard,
     .weakly_for = kSignResetWhenDue,
     .prior = 1},
    {.ending = E::kAborted,
     .cause = C::kScan,
     .needs_one_of = kClueRawSyn,
     .strongly_for = kClueRawSyn,
     .weakly_for = kSignTtlDiffers,
     .prior = 1},
    {.ending = E::kAborted,
     .cause = C::kIdleTimeoutOnPath,
     .needs_one_of = kClueIdleForLong,
     .excluded_by = kClueSurvivedLonger,
     .weakly_for = kClueTimeoutFits | kSignTtlDiffers},

    {.ending = E::kRefused, .cause = C::kNothingListens, .excluded_by = kClueServiceAccepts, .prior = 2},
    {.ending = E::kRefused, .cause = C::kRefusedForNow, .strongly_for = kClueServiceAccepts, .prior = 1},
    {.ending = E::kRefused, .cause = C::kFirewallRejects, .strongly_for = kSignTtlDiffers},

    {.ending = E::kNoAnswer, .cause = C::kFirewallDrops, .strongly_for = kSignHostHeard, .prior = 1},
    {.ending = E::kNoAnswer,
     .cause = C::kHostDown,
     .excluded_by = kSignHostHeard,
     .strongly_for = kSignIcmpUnreachable,
     .prior = 1},
    {.ending = E::kNoAnswer, .cause = C::kPathDown, .strongly_for = kSignIcmpPath},
    {.ending = E::kNoAnswer, .cause = C::kCaptureBlind, .needs_one_of = kBlind, .strongly_for = kBlind},

    {.ending = E::kSynAckRepeated, .cause = C::kAcceptQueueFull, .prior = 1},
    {.ending = E::kSynAckRepeated, .cause = C::kFirewallDrops},

    {.ending = E::kSynAckUnanswered, .cause = C::kFirewallDrops, .strongly_for = kClueTriedAgain},
    {.ending = E::kSynAckUnanswered, .cause = C::kSynFlood, .excluded_by = kClueTriedAgain, .prior = 2},
    {.ending = E::kSynAckUnanswered,
     .cause = C::kHostDown,
     .excluded_by = kClueTriedAgain | kSignHostHeard,
     .prior = 1},
    {.ending = E::kSynAckUnanswered, .cause = C::kCaptureBlind, .strongly_for = kSignHostHeard},

    {.ending = E::kNoBeat, .cause = C::kApplicationHangs, .prior = 2},
    {.ending = E::kNoBeat, .cause = C::kHostDown, .excluded_by = kSignHostHeard, .prior = 1},
    {.ending = E::kNoBeat, .cause = C::kPathDown},
});

}  // namespace

std::span<const Hypothesis> hypotheses() {
    return kHypotheses;
}

int Hypothesis::score(Clues clues) const {
    return prior + 3 * std::popcount(clues & strongly_for) + std::popcount(clues & weakly_for) -
           std::popcount(clues & against);
}

Weighed weigh(const Ended& ended) {
    Weighed weighed;
    if (ended.ending == Ending::kNone) return weighed;
    std::array<std::pair<int, Cause>, Weighed::kMostAlternatives> open;
    auto end = open.begin();
    for (const Hypothesis& one : kHypotheses) {
        if (one.ending != ended.ending) continue;
        if (one.cause == ended.told) {
            weighed.evidence_for = ended.clues & (one.strongly_for | one.weakly_for);
            weighed.evidence_against = ended.clues & one.against;
        } else if (one.is_possible(ended.clues)) {
            *end++ = {one.score(ended.clues), one.cause};
        }
    }
    std::stable_sort(open.begin(), end, [](const auto& a, const auto& b) { return a.first > b.first; });
    std::transform(open.begin(), end, weighed.alternatives.begin(),
                   [](const auto& one) { return one.second; });
    return weighed;
}

}  // namespace deadpeer
