#include "detect/between.h"
#include "detect/judgement_case.h"

namespace deadpeer {
namespace {

// So many are no accident at the end of a capture.
constexpr std::uint32_t kFewestTries = 3;
// Who did not answer so many will not.
constexpr std::uint32_t kEnoughTries = 6;

}  // namespace

std::optional<Judgement> judge_close(const JudgementCase& c) {
    using Kind = LateRequest::Kind;
    if (!c.reset_stands()) return std::nullopt;
    const ResetRecord& reset = c.reset();
    const LateRequest& request = reset.late_request;
    if (request.kind == Kind::kNone) return std::nullopt;
    const bool race = request.kind == Kind::kMetFin;
    // What meets a FIN that was on its way for longer came because of an outage.
    constexpr Nanoseconds kLongestWay = 10 * kSecond;
    if (race && longer(between(request.fin_time, request.time), kLongestWay)) return std::nullopt;
    // The sender knew of the FIN, but its application hardly did.
    const bool knew = race && request.knew_fin;
    Judgement judgement = decided(Verdict::kClosed, knew ? Confidence::kMedium : Confidence::kHigh,
                                  race ? Reason::kReuseRace : Reason::kRequestAfterFin);
    judgement.side = reset.sender;
    judgement.side_known = true;
    judgement.idle_at_failure = race ? request.fin_idle : between(request.fin_time, request.time);
    for (const std::uint64_t frame : {request.fin_frame, request.frame, reset.frame}) {
        if (frame != 0) judgement.evidence.add(frame);
    }
    judgement.time = reset.time;
    judgement.frame = reset.frame;
    return judgement;
}

std::optional<Judgement> judge_loss_at_close(const JudgementCase& c) {
    if (c.watch == nullptr) return std::nullopt;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const std::uint32_t bytes = c.facts.unacknowledged[index(side)];
        const Train& train = *c.side(side).transmissions;
        const CloseRecord& close = *c.watch->close;
        const bool trying = train.open() && train.tries == Tries::kData;
        const std::uint32_t before = c.watch->close.held() && close.closer != side ? close.tries : 0;
        const std::uint32_t tries = trying ? train.length : before;
        const bool fin_lost =
            trying && c.facts.sent_fin[index(side)] && !c.facts.fin_acknowledged[index(side)];
        if ((bytes == 0 && !fin_lost) || tries < kFewestTries) continue;
        Judgement judgement =
            decided_last(c, Verdict::kClosed, Confidence::kHigh, Reason::kDataUnacknowledged);
        judgement.side = opposite(side);
        judgement.side_known = true;
        judgement.unanswered = tries;
        judgement.tries = Tries::kData;
        judgement.lost_bytes = bytes;
        if (trying) judgement.idle_at_failure = train.silence_before;
        return judgement;
    }
    return std::nullopt;
}

Judgement closed_if_gone(Judgement judgement, const JudgementCase& c) {
    const auto gone = index(judgement.side);
    const auto left = index(opposite(judgement.side));
    const bool failed = judgement.verdict == Verdict::kPeerDead || judgement.verdict == Verdict::kPathDead ||
                        (judgement.verdict == Verdict::kSuspect && judgement.unanswered >= kEnoughTries);
    const bool closed = c.facts.fin_acknowledged[gone] && !c.facts.spoke_after_fin[gone];
    if (!failed || judgement.tries != Tries::kData || !closed || c.facts.sent_fin[left]) return judgement;
    const bool host_is_up = (judgement.signs & kSignHostHeard) != 0;
    judgement.verdict = Verdict::kClosed;
    judgement.reason = host_is_up ? Reason::kDataUnacknowledged : Reason::kFinThenGone;
    judgement.confidence = Confidence::kMedium;
    judgement.lost_bytes = c.facts.unacknowledged[left];
    judgement.half_open = kNoTime;  // nobody died with the connection open
    return judgement;
}

}  // namespace deadpeer
