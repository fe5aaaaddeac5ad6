#include "detect/give_up_timeout.h"
#include "detect/judgement_case.h"

namespace deadpeer {
namespace {

Judgement unanswered(const JudgementCase& c, Confidence confidence, Reason reason) {
    Judgement judgement = decided_last(c, Verdict::kNoAnswer, confidence, reason);
    judgement.side = opposite(c.facts.initiator);
    judgement.side_known = true;
    judgement.unanswered = c.facts.syns;
    judgement.tries = Tries::kSyns;
    if (c.facts.host_heard[index(judgement.side)]) judgement.signs |= kSignHostHeard;
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

// Nothing tells that the SYN-ACK arrived. Where the SYN is repeated, it is lost behind the capture point.
// Else the initiator is gone, or never was (a flood of SYNs in the name of others).
std::optional<Judgement> judge_unanswered_syn_ack(const JudgementCase& c) {
    constexpr std::uint32_t kFewest = 2;
    constexpr std::uint32_t kFewestSynAcks = 3;
    const bool insisted = c.facts.syn_acks >= kFewestSynAcks;
    const bool given_up = c.reset_stands() && c.reset().sender != c.facts.initiator && insisted;
    if ((c.reset_stands() && !given_up) || c.facts.superseded) return std::nullopt;
    const std::uint32_t repeated = c.watch == nullptr ? 0 : c.watch->syns_repeated;
    const bool tries_on = repeated >= kFewest;
    const bool waited = longer(c.silence_since(c.facts.last_time), kHandshakeSettles);
    if (!tries_on && !insisted && !waited) return std::nullopt;
    Judgement judgement =
        decided_last(c, Verdict::kHandshakeIncomplete, tries_on ? Confidence::kMedium : Confidence::kLow,
                     Reason::kSynAckUnanswered);
    judgement.side = c.facts.initiator;
    judgement.side_known = true;
    judgement.unanswered = repeated;
    if (c.facts.host_heard[index(judgement.side)]) judgement.signs |= kSignHostHeard;
    judgement.evidence.add(c.facts.last_frame);
    return judgement;
}

// A SYN-ACK that is repeated once may have crossed the final ACK on a slow path. Who aborted meanwhile wants
// no connection any more.
std::optional<Judgement> judge_repeated_syn_ack(const JudgementCase& c) {
    constexpr std::uint32_t kFewest = 2;
    constexpr std::uint32_t kFewestTries = 3;
    if (c.watch == nullptr || c.watch->syn_acks_repeated == 0) return std::nullopt;
    const Direction initiator = c.facts.initiator;
    const Train& tries = *c.side(initiator).transmissions;
    const std::uint32_t repeated = c.watch->syn_acks_repeated;
    if (repeated < kFewest && tries.length < kFewestTries) return std::nullopt;
    const bool aborted =
        c.reset_stands() && c.reset().sender == initiator && c.reset().shape != ResetRecord::Shape::kGaveUp;
    // Nor is the initiator there any more if it has not answered.
    const bool answered = c.facts.heard[index(initiator)] > c.watch->syn_ack_time;
    if (aborted || !answered || !longer(c.silence_since(c.watch->syn_ack_time), kHandshakeSettles))
        return std::nullopt;
    Judgement judgement =
        decided(Verdict::kHandshakeIncomplete, Confidence::kMedium, Reason::kSynAckRepeated);
    judgement.side = opposite(initiator);
    judgement.side_known = true;
    judgement.unanswered = repeated;
    judgement.time = c.watch->syn_ack_time;
    judgement.frame = c.watch->syn_ack_frame;
    judgement.evidence.add(c.watch->syn_ack_frame);
    return judgement;
}

}  // namespace

std::optional<Judgement> judge_opening(const JudgementCase& c) {
    if (!c.facts.syn_unanswered) return std::nullopt;
    const bool quoted =
        c.watch != nullptr && c.watch->icmp_time != kNoTime && c.watch->icmp_about == c.facts.initiator;
    if (quoted && c.facts.one_way) {
        Judgement judgement = unanswered(c, Confidence::kHigh, Reason::kUnreachable);
        judgement.signs |= c.icmp_sign();
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

std::optional<Judgement> judge_handshake(const JudgementCase& c) {
    if (c.facts.syn_acks == 0) return std::nullopt;
    return c.facts.syns > 0 ? judge_unanswered_syn_ack(c) : judge_repeated_syn_ack(c);
}

}  // namespace deadpeer
