#include "detect/judge.h"

#include "detect/judgement_case.h"

namespace deadpeer {
namespace {

// Frames captured out of order are closer to each other than this.
constexpr Nanoseconds kClockStep = kSecond;

Confidence lowered(Confidence confidence) {
    return confidence <= Confidence::kLow ? confidence
                                          : static_cast<Confidence>(static_cast<int>(confidence) - 1);
}

// What the capture lost, or a clock that was set, can account for what was concluded from silence.
Judgement with_doubt(Judgement judgement, const JudgementCase& c) {
    const bool dead = judgement.verdict == Verdict::kPeerDead || judgement.verdict == Verdict::kPathDead;
    const bool by_silence = dead && (judgement.signs & (kSignProberReset | kSignsIcmp)) == 0;
    const Nanoseconds heard = judgement.half_open == kNoTime ? kNoTime : judgement.time - judgement.half_open;
    // What was lost before the peer's last word is no part of its silence.
    const bool seen_to_lose = c.watch != nullptr && c.watch->loss_time != kNoTime &&
                              judgement.time != kNoTime && heard != kNoTime && heard < c.watch->loss_time &&
                              c.watch->loss_time <= judgement.time;
    // Who is acknowledged what was not seen has spoken.
    const Nanoseconds unseen = c.watch == nullptr ? kNoTime : c.watch->unseen_time[index(judgement.side)];
    const bool spoke =
        dead && seen_to_lose && unseen != kNoTime && heard < unseen && unseen <= judgement.time;
    const bool lost_here = seen_to_lose || (judgement.signs & kSignCaptureLoss) != 0;
    if (c.capture.lost_frames || lost_here) judgement.signs |= kSignCaptureLoss;
    if (c.watch != nullptr && c.watch->step_back >= kClockStep) judgement.signs |= kSignTimeWentBack;
    if (spoke || ((by_silence || judgement.verdict == Verdict::kSuspect) && lost_here)) {
        judgement.verdict = Verdict::kUnknown;
        judgement.reason = Reason::kCaptureLoss;
        judgement.confidence = Confidence::kNone;
    } else if (dead && (judgement.signs & (kSignCapturePaused | kSignsIcmp)) == kSignCapturePaused) {
        judgement.confidence = Confidence::kLow;
    } else if (dead && (judgement.signs & (kSignCaptureLoss | kSignTimeWentBack)) != 0) {
        judgement.confidence = lowered(judgement.confidence);
    }
    return judgement;
}

// A RST to a FIN says the same as one to data, but a connection that was being closed is hardly missed: only
// with other signs is it worth a word.
bool is_close(const JudgementCase& c) {
    const ResetRecord& reset = c.reset();
    if (reset.shape == ResetRecord::Shape::kAfterFin) return true;
    return reset.answers_fin && reset.sender_heard != kNoTime && (c.host.signs & kSignsBoot) == 0;
}

Judgement closed(const JudgementCase& c, Reason reason) {
    if (auto judgement = judge_loss_at_close(c)) return *judgement;
    return decided_last(c, Verdict::kClosed, Confidence::kHigh, reason);
}

}  // namespace

Judgement judge(const ConnectionFacts& facts, const Watch* watch, const CaptureFacts& capture,
                const HostSigns& host, const AnalyzerOptions& options) {
    const JudgementCase c{facts, watch, capture, host, options};
    if (facts.last_time == kNoTime)
        return decided(Verdict::kUnknown, Confidence::kNone, Reason::kNotAnalysed);
    if (auto judgement = judge_opening(c)) return *judgement;
    if (facts.one_way) return decided(Verdict::kUnknown, Confidence::kNone, Reason::kOneWay);
    if (auto judgement = judge_handshake(c)) return with_doubt(*judgement, c);
    if (auto judgement = judge_restored(c)) return *judgement;
    if (auto judgement = judge_mtu(c)) return *judgement;
    if (auto judgement = judge_close(c)) return *judgement;
    if (facts.fin_from_both) return closed(c, Reason::kFinExchanged);
    if (c.reset_stands() && is_close(c)) return closed(c, Reason::kResetAfterFin);
    if (auto judgement = judge_dead(c)) return closed_if_gone(with_doubt(*judgement, c), c);
    if (auto judgement = judge_reset(c)) return with_doubt(*judgement, c);
    if (facts.superseded) return decided(Verdict::kUnknown, Confidence::kNone, Reason::kSuperseded);
    if (auto judgement = judge_suspicion(c)) return closed_if_gone(with_doubt(*judgement, c), c);
    return judge_open(c);
}

}  // namespace deadpeer
