#include "analyzer/verdict_event.h"

#include <algorithm>

#include "correlate/host_book.h"

namespace deadpeer {
namespace {

struct EventClass {
    EventKind kind;
    Severity severity;
};

std::optional<EventClass> class_of(const Judgement& judgement) {
    switch (judgement.verdict) {
        case Verdict::kPeerDead:
            return EventClass{EventKind::kPeerDead, Severity::kCritical};
        case Verdict::kPeerRebooted:
            return EventClass{EventKind::kPeerRebooted, Severity::kCritical};
        case Verdict::kPeerLostState:
            return EventClass{EventKind::kPeerLostState, Severity::kWarning};
        case Verdict::kMiddleboxReset:
            return EventClass{EventKind::kMiddleboxReset, Severity::kWarning};
        case Verdict::kPeerReset:
            return EventClass{EventKind::kPeerReset, Severity::kInfo};
        case Verdict::kPathDead:
            return EventClass{EventKind::kPathDead, Severity::kCritical};
        case Verdict::kNoAnswer:
            return EventClass{EventKind::kNoAnswer, Severity::kInfo};
        case Verdict::kHandshakeIncomplete:
            // Of what comes in floods only who goes on trying is told.
            if (judgement.confidence == Confidence::kLow) break;
            return EventClass{EventKind::kHandshakeIncomplete, Severity::kWarning};
        case Verdict::kClosed:
            if (judgement.reason == Reason::kReuseRace)
                return EventClass{EventKind::kReuseRace, Severity::kWarning};
            if (judgement.reason == Reason::kRequestAfterFin)
                return EventClass{EventKind::kRequestAfterFin, Severity::kWarning};
            break;
        case Verdict::kScan:
            return EventClass{EventKind::kScan, Severity::kInfo};
        case Verdict::kNone:
        case Verdict::kUnknown:
        case Verdict::kSuspect:
        case Verdict::kAlive:
        case Verdict::kIdle:
        case Verdict::kMiddleboxRestarted:  // told once for all connections, as the two below
        case Verdict::kAddressMoved:
        case Verdict::kAddressConflict:
        case Verdict::kPathMtu:  // told as soon as it showed, as that below
        case Verdict::kPeerRestored:
            break;
    }
    return std::nullopt;
}

Finding finding_of(const Connection& connection, const Judgement& judgement, const HostSigns& host,
                   const EventClass& event) {
    Finding finding = finding_about(connection, judgement.side, event.kind, event.severity);
    finding.confidence = judgement.confidence;
    if (finding.confidence == Confidence::kLow)
        finding.severity = std::min(finding.severity, Severity::kWarning);
    finding.reason = judgement.reason;
    finding.signs = judgement.signs;
    finding.time = judgement.time;
    finding.frame = judgement.frame;
    finding.half_open = judgement.half_open;
    finding.idle = judgement.idle_at_failure;
    finding.interval = judgement.interval;
    finding.survived = judgement.idle_survived;
    finding.path_timeout = judgement.path_timeout;
    finding.count = judgement.unanswered;
    finding.tries = judgement.tries;
    finding.doubling = judgement.doubling;
    for (std::size_t i = 0; i < judgement.evidence.count; ++i)
        finding.add_evidence(judgement.evidence.frames[i]);
    // Frames of several inputs are in the order of the inputs.
    if (!connection.several_inputs)
        std::sort(finding.evidence.begin(), finding.evidence.begin() + finding.evidence_count);
    if (judgement.verdict == Verdict::kPeerRebooted) add_host_evidence(finding, host.evidence);
    return finding;
}

}  // namespace

std::optional<Finding> event_of(const Connection& connection, const Judgement& judgement,
                                const HostSigns& host) {
    const auto event = class_of(judgement);
    return event ? std::optional(finding_of(connection, judgement, host, *event)) : std::nullopt;
}

Finding change_of(const Connection& connection, const ReportedVerdict& reported, Verdict now, Reason reason,
                  Confidence confidence) {
    Finding finding = finding_about(connection, reported.side, EventKind::kVerdictChanged, Severity::kInfo);
    finding.taken_back = *reported.event;
    finding.now = now;
    finding.reason = reason;
    finding.confidence = confidence;
    return finding;
}

Finding change_of(const Finding& reported, Nanoseconds now) {
    Finding change;
    change.kind = EventKind::kVerdictChanged;
    change.severity = Severity::kInfo;
    change.confidence = reported.confidence;
    change.reason = reported.reason;
    change.time = now;
    change.file = reported.file;
    change.stream = reported.stream;
    change.opened = reported.opened;
    change.subject = reported.subject;
    change.peer = reported.peer;
    change.taken_back = reported.kind;
    return change;
}

}  // namespace deadpeer
