#include "report/incident/incident_explanation.h"

#include "report/event_kinds.h"
#include "report/text/failure_report.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

Count connections_of(const Incident& incident) {
    return {incident.connections, "connection", "connections"};
}

// What became of several connections, where the event tells of one.
void say_of_several(std::string& out, const Incident& incident) {
    const Finding& cause = incident.cause;
    const IpAddress& host = cause.subject.address;
    const IpAddress& peer = cause.peer.address;
    const Count connections = connections_of(incident);
    switch (cause.kind) {
        case EventKind::kPeerDead:
            if (cause.reason == Reason::kAnswersLost) {
                return say_sentence(out, host, " seemed dead to ", peer, ", which reset ", connections);
            }
            return say_sentence(out, host, " stopped responding, and ", connections,
                                " with it were given up");
        case EventKind::kPathDead:
            if ((cause.signs & kSignNothingArrived) != 0) {
                return say_sentence(out, "Nothing reached ", peer, " any more, and ", connections, " to ",
                                    Count{incident.peers.size(), "host", "hosts"},
                                    incident.more_peers ? " or more" : "", " were given up");
            }
            return say_sentence(out, connections, " between ", peer, " and ", host,
                                " were no longer answered");
        case EventKind::kPeerRebooted:
            return say_sentence(out, host, " no longer has state for ", connections, ": ",
                                likelihood_of_reboot(cause.confidence));
        case EventKind::kPeerLostState:
            return say_sentence(out, host, " no longer has state for ", connections);
        case EventKind::kPeerRestored:
            return say_sentence(out, host, " was set back to an earlier state, and ", connections,
                                " of it are refused");
        case EventKind::kPathMtu:
            return say_sentence(out, "Large segments from ", peer, " do not reach ", host, " on ",
                                connections, ", but small ones do");
        case EventKind::kMiddleboxReset:
            return say_sentence(out, "A middlebox reset ", connections, " between ", peer, " and ", host);
        case EventKind::kHandshakeIncomplete:
            return say_sentence(out, "The handshakes of ", connections, " between ", peer, " and ", host,
                                " were not completed");
        case EventKind::kHeartbeatStopped:
            return say_sentence(out, host, " stopped its heartbeat on ", connections);
        case EventKind::kReuseRace:
            return say_sentence(out, "Requests on ", connections, " met the close of ", Side{cause.subject},
                                " and were lost");
        case EventKind::kRequestAfterFin:
            return say_sentence(out, "Requests on ", connections, " were sent to ", Side{cause.subject},
                                " after it had closed");
        case EventKind::kProbesUnanswered:
            return say_sentence(out, host, " did not answer keepalive probes on ", connections);
        case EventKind::kOutage:
            return say_sentence(out, host, " was not heard for up to ", Span{incident.half_open}, ", and ",
                                connections, " came through");
        default:
            return;
    }
}

bool is_about_one(EventKind kind) {
    return !is_of_several(kind) && kind != EventKind::kIdleClose && kind != EventKind::kCaptureGap;
}

void say_clearest(std::string& out, const Incident& incident, bool stream_numbers) {
    const Finding& cause = incident.cause;
    say(out, "Clearest between ", Side{cause.peer}, " and ", Side{cause.subject});
    if (stream_numbers && cause.stream >= 0)
        say(out, " (tcp.stream ", static_cast<std::uint64_t>(cause.stream), ")");
    say(out, ".");
}

void say_what_else(std::string& evidence, const Incident& incident) {
    if (incident.given_up_before > 0) {
        say_sentence(evidence, Count{incident.given_up_before, "connection had", "connections had"},
                     " been given up before");
    }
    if (incident.cause.kind == EventKind::kProbesUnanswered &&
        incident.count(EventKind::kPeerRecovered) > 0) {
        say_sentence(evidence, "It answered again later");
    }
    // A link that goes down and comes back makes two events.
    const std::uint64_t events = incident.count(EventKind::kCaptureGap);
    const std::uint64_t gaps = incident.cause.reason == Reason::kLinkDown ? (events + 1) / 2 : events;
    if (gaps > 1) say_sentence(evidence, "That happened ", gaps, " times");
}

}  // namespace

const Explanation& explain(Explanation& out, const Incident& incident, bool stream_numbers) {
    explain(out, incident.cause, stream_numbers);
    if (is_about_one(incident.cause.kind) && incident.connections > 1) {
        std::string evidence;
        say_clearest(evidence, incident, stream_numbers);
        say(evidence, " ", out.evidence);
        out.evidence = evidence;
        out.what.clear();
        say_of_several(out.what, incident);
    }
    say_what_else(out.evidence, incident);
    out.text.clear();
    out.join();
    return out;
}

}  // namespace deadpeer
