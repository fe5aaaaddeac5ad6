// Explanations as tests read them: one line for each part.
#pragma once

#include <string>

#include "report/sample_rows.h"
#include "report/text/explanation.h"

namespace deadpeer {

inline std::string lines_of(const Explanation& explanation) {
    return explanation.what + "\n" + explanation.evidence + "\n" + explanation.advice;
}

inline std::string explained(const FlowSummary& flow) {
    Explanation explanation;
    return lines_of(explain(explanation, flow));
}

inline std::string explained(const Finding& finding) {
    Explanation explanation;
    return lines_of(explain(explanation, finding));
}

// Between 10.0.0.1:40000, the initiator, and 10.0.0.2:50000, the side that failed.
inline FlowSummary judged(Verdict verdict, Reason reason, Confidence confidence) {
    FlowSummary flow = sample_flow(0);
    flow.verdict = verdict;
    flow.reason = reason;
    flow.confidence = confidence;
    flow.failed_side_known = true;
    return flow;
}

// The same endpoints; about the responder.
inline Finding event(EventKind kind, Reason reason = Reason::kNone) {
    Finding finding;
    finding.kind = kind;
    finding.reason = reason;
    finding.confidence = Confidence::kHigh;
    finding.subject = sample_key(1, 2).high();
    finding.peer = sample_key(1, 2).low();
    return finding;
}

}  // namespace deadpeer
