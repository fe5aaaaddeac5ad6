#include "detect/judgement_case.h"

namespace deadpeer {

std::optional<Judgement> judge_restored(const JudgementCase& c) {
    if (c.watch == nullptr) return std::nullopt;
    for (const Direction side : {Direction::kFromLow, Direction::kFromHigh}) {
        const WentBack& back = *c.side(side).went_back;
        if (!back.shown) continue;
        Judgement judgement =
            decided(Verdict::kPeerRestored, restored_confidence(back), Reason::kNumbersWentBack);
        judgement.side = side;
        judgement.side_known = true;
        judgement.time = back.time;
        judgement.frame = back.frames.last();
        judgement.evidence = back.frames;
        return judgement;
    }
    return std::nullopt;
}

}  // namespace deadpeer
