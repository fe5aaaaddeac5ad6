#include "keepalive/between.h"
#include "keepalive/judgement_case.h"

namespace deadpeer {

std::optional<Judgement> judge_close(const JudgementCase& c) {
    using Kind = LateRequest::Kind;
    if (!c.reset_stands()) return std::nullopt;
    const ResetRecord& reset = c.reset();
    const LateRequest& request = reset.late_request;
    if (request.kind == Kind::kNone) return std::nullopt;
    const bool race = request.kind == Kind::kMetFin;
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

}  // namespace deadpeer
