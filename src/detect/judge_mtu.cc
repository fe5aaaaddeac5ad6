#include "detect/judgement_case.h"

namespace deadpeer {
namespace {

// A host without the connection answered the large segment, or so it seems: it arrived.
bool was_answered(const JudgementCase& c, Direction sender) {
    return c.reset_stands() && c.reset().sender != sender && c.reset().shape == ResetRecord::Shape::kNoSocket;
}

}  // namespace

std::optional<Judgement> judge_mtu(const JudgementCase& c) {
    if (c.watch == nullptr) return std::nullopt;
    for (const Direction sender : {Direction::kFromLow, Direction::kFromHigh}) {
        const LargeLoss& loss = *c.side(sender).large;
        if (!loss.shown() || was_answered(c, sender)) continue;
        Judgement judgement = decided(Verdict::kPathMtu, Confidence::kMedium, Reason::kLargeUnacknowledged);
        judgement.side = opposite(sender);
        judgement.side_known = true;
        judgement.unanswered = loss.sent;
        judgement.tries = Tries::kData;
        judgement.segment_bytes = loss.size;
        judgement.time = loss.time;
        judgement.frame = loss.frames.last();
        judgement.evidence = loss.frames;
        return judgement;
    }
    return std::nullopt;
}

}  // namespace deadpeer
