#include "report/text/failure_report.h"

#include "report/text/advice.h"
#include "report/text/failure_words.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

using Guard = FailureReport::Guard;

Guard guard_of(const FlowSummary& flow) {
    if (flow.heartbeat_period != kNoTime) return Guard::kHeartbeat;
    return flow.initiator_side.probes + flow.responder_side.probes > 0 ? Guard::kProbes : Guard::kNone;
}

}  // namespace

FailureReport story_of(const FlowSummary& flow) {
    const Direction failed = flow.failed_side_initiator ? flow.initiator : opposite(flow.initiator);
    FailureReport story;
    story.verdict = flow.verdict;
    story.reason = flow.reason;
    story.confidence = flow.confidence;
    story.signs = flow.signs;
    story.failed = flow.key.sender(failed);
    story.left = flow.key.receiver(failed);
    story.unanswered = flow.unanswered;
    story.tries = flow.tries;
    story.interval = flow.unanswered_interval;
    story.half_open = flow.half_open;
    story.idle = flow.idle_at_failure;
    story.survived = flow.idle_survived;
    story.path_timeout = flow.path_timeout;
    story.guard = guard_of(flow);
    const SideSummary& left = flow.failed_side_initiator ? flow.responder_side : flow.initiator_side;
    story.doubling = left.keepalive.exponential;
    story.macs = flow.macs;
    story.segment_bytes = flow.segment_bytes;
    return story;
}

FailureReport story_of(const Finding& finding, Verdict verdict) {
    FailureReport story;
    story.verdict = verdict;
    story.reason = finding.reason;
    story.confidence = finding.confidence;
    story.signs = finding.signs;
    story.failed = finding.subject;
    story.left = finding.peer;
    story.unanswered = finding.count;
    story.tries = finding.tries;
    story.interval = finding.interval;
    story.half_open = finding.half_open;
    story.idle = finding.idle;
    story.survived = finding.survived;
    story.path_timeout = finding.path_timeout;
    if (finding.tries == Tries::kProbes) story.guard = Guard::kProbes;
    story.doubling = finding.doubling;
    story.segment_bytes = finding.segment_bytes;
    return story;
}

void describe_failure(Explanation& out, const FailureReport& story) {
    switch (story.verdict) {
        case Verdict::kPeerDead:
            return describe_dead(out, story);
        case Verdict::kMiddleboxReset:
            return describe_middlebox(out, story);
        case Verdict::kPeerRebooted:
            return describe_rebooted(out, story);
        case Verdict::kPeerLostState:
            return describe_lost_state(out, story);
        case Verdict::kPeerReset:
            return describe_reset(out, story);
        case Verdict::kPathDead:
            return describe_path_dead(out, story);
        case Verdict::kNoAnswer:
            return describe_no_answer(out, story);
        case Verdict::kHandshakeIncomplete:
            return describe_handshake_incomplete(out, story);
        case Verdict::kScan:
            return describe_scan(out, story);
        case Verdict::kMiddleboxRestarted:
            return describe_restarted(out, story);
        case Verdict::kAddressMoved:
            return describe_address_moved(out, story);
        case Verdict::kAddressConflict:
            return describe_address_conflict(out, story);
        case Verdict::kPathMtu:
            return describe_path_mtu(out, story);
        case Verdict::kPeerRestored:
            return describe_restored(out, story);
        default:
            return describe_suspect(out, story);
    }
}

}  // namespace deadpeer
