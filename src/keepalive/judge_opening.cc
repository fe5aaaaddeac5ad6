#include "keepalive/judgement_case.h"
#include "keepalive/patience.h"

namespace deadpeer {
namespace {

Judgement unanswered(const JudgementCase& c, Confidence confidence, Reason reason) {
    Judgement judgement = decided_last(c, Verdict::kNoAnswer, confidence, reason);
    judgement.side = opposite(c.facts.initiator);
    judgement.side_known = true;
    judgement.unanswered = c.facts.syns;
    judgement.tries = Tries::kSyns;
    return judgement;
}

// The last frame shows it, as there is no other.
Judgement unanswered_by_last(const JudgementCase& c, Reason reason) {
    Judgement judgement = unanswered(c, Confidence::kHigh, reason);
    judgement.evidence.add(c.facts.last_frame);
    return judgement;
}

bool waited(const JudgementCase& c) {
    return c.facts.syns >= 2 || longer(c.silence_since(c.facts.last_time), kAnswerDelay);
}

}  // namespace

std::optional<Judgement> judge_opening(const JudgementCase& c) {
    if (!c.facts.syn_unanswered) return std::nullopt;
    const bool quoted =
        c.watch != nullptr && c.watch->icmp_time != kNoTime && c.watch->icmp_about == c.facts.initiator;
    if (quoted && c.facts.one_way) {
        Judgement judgement = unanswered(c, Confidence::kHigh, Reason::kUnreachable);
        judgement.signs |= kSignIcmpUnreachable;
        judgement.time = c.watch->icmp_time;
        judgement.frame = c.watch->icmp_frame;
        judgement.evidence.add(c.watch->icmp_frame);
        return judgement;
    }
    if (c.watch != nullptr && (c.watch->syn_unheeded || (c.watch->syn_challenged && !c.reset_stands())))
        return unanswered_by_last(c, Reason::kSynIgnored);
    if (c.watch != nullptr && c.watch->reset->met() && c.watch->reset->out_of_window) {
        Judgement judgement = unanswered(c, Confidence::kHigh, Reason::kResetIgnored);
        judgement.evidence.add(c.reset().frame);
        return judgement;
    }
    if (!c.facts.one_way || !c.capture.both_directions || !waited(c)) return std::nullopt;
    return unanswered_by_last(c, Reason::kNoAnswer);
}

}  // namespace deadpeer
