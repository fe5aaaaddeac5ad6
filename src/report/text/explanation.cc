#include "report/text/explanation.h"

#include <algorithm>

#include "report/text/advice.h"
#include "report/text/close_story.h"
#include "report/text/expectation.h"
#include "report/text/failure_report.h"
#include "report/text/idle_story.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

// Load balancers and firewalls are known to drop connections after such silences.
constexpr Nanoseconds kSlowForPath = 240 * kSecond;

void explain_unknown(Explanation& out, const FlowSummary& flow) {
    say_sentence(out.what, "Outcome unknown");
    switch (flow.reason) {
        case Reason::kOneWay: {
            const bool from_initiator = flow.initiator_side.segments != 0;
            const Endpoint seen = from_initiator ? initiator(flow) : responder(flow);
            const Endpoint unseen = from_initiator ? responder(flow) : initiator(flow);
            say_sentence(out.evidence, "Only segments from ", Side{seen}, " were captured, and none from ",
                         Side{unseen});
            return say_sentence(out.advice, "Capture where both directions pass");
        }
        case Reason::kSuperseded:
            say_sentence(out.evidence,
                         "The same addresses and ports were used for a new connection before a FIN or RST of "
                         "this one was captured");
            return say_sentence(out.advice, "Check whether the capture lost frames, or whether ",
                                initiator(flow).address, " restarted");
        case Reason::kNotAnalysed:
            say_sentence(out.evidence,
                         "None of its segments could be analysed: they were cut, contradict themselves or "
                         "were only quoted by ICMP errors");
            return say_sentence(out.advice, "Capture whole headers where its segments pass");
        default:
            say_sentence(out.evidence, "One side fell silent where the capture lost frames");
            say_sentence(out.advice, "Capture again with a larger buffer or a filter");
    }
}

void advise_nothing(std::string& advice, const FlowSummary& flow) {
    if (!flow.heartbeat_missed) return say_sentence(advice, "Nothing to do");
    say_sentence(advice,
                 "Check whether an application hangs: the heartbeat of one has stopped (heartbeat_stopped in "
                 "events.csv)");
}

void explain_closed(Explanation& out, const FlowSummary& flow) {
    const bool in_order = flow.reason == Reason::kFinExchanged || flow.reason == Reason::kResetAfterFin;
    if (!in_order) return describe_close(out, close_of(flow));
    if (flow.reason == Reason::kResetAfterFin) {
        say_sentence(out.what, "Closed with a RST after a FIN");
        say_sentence(out.evidence, "The rest was cut off, as when data arrives that nobody reads any more");
        return say_sentence(out.advice, "Nothing to do, unless that data matters");
    }
    say_sentence(out.what, "Closed normally");
    say_sentence(out.evidence, "FIN from both ends");
    advise_nothing(out.advice, flow);
}

// "4 of 5 keepalive probes from A, sent after 60 s of silence, were answered."
void say_probes(std::string& evidence, const SideSummary& side, const Endpoint& prober) {
    if (side.probes == 0) return;
    begin_sentence(evidence);
    say(evidence, std::uint64_t{side.probes_answered}, " of ",
        Count{side.probes, "keepalive probe", "keepalive probes"}, " from ", Side{prober});
    if (side.keepalive.idle != kNoTime)
        say(evidence, ", sent after ", Span{side.keepalive.idle}, " of silence,");
    say(evidence, side.probes == 1 ? " was answered." : " were answered.");
}

void say_all_probes(std::string& evidence, const FlowSummary& flow) {
    say_probes(evidence, flow.initiator_side, initiator(flow));
    say_probes(evidence, flow.responder_side, responder(flow));
}

Nanoseconds slowest_keepalive(const FlowSummary& flow) {
    const Nanoseconds first = flow.initiator_side.keepalive.idle;
    const Nanoseconds second = flow.responder_side.keepalive.idle;
    if (first == kNoTime || second == kNoTime) return std::max(first, second);
    return std::min(first, second);  // with two probers the quicker one holds the path open
}

void explain_answered(Explanation& out, const FlowSummary& flow) {
    if (flow.initiator_side.probes + flow.responder_side.probes == 0) {
        say_sentence(out.what, "Both ends are alive, but the receive window of one is closed");
        say_sentence(out.evidence,
                     "The other sends window probes, and each answer still says that it is closed");
        return say_sentence(out.advice, "Find out why the application with the closed window does not read");
    }
    say_sentence(out.what, "Both ends are alive");
    say_all_probes(out.evidence, flow);
    if (flow.probe_rtt_median != kNoTime && flow.probe_rtt_median >= kMillisecond) {
        say_sentence(out.evidence, "Answers typically took ", Span{flow.probe_rtt_median});
    }
    const Nanoseconds idle = slowest_keepalive(flow);
    if (idle == kNoTime || idle <= kSlowForPath) return advise_nothing(out.advice, flow);
    say_sentence(out.advice,
                 "Firewalls and load balancers often drop an idle connection sooner than that (after 4 min)");
    say_sentence(out.advice, "If one is on the path, set ", kKeepaliveIdle, " to 180");
}

void explain_heartbeat(Explanation& out, const FlowSummary& flow) {
    const bool both = flow.heartbeat_by_initiator && flow.heartbeat_by_responder;
    say_sentence(out.what, "Both ends are alive");
    if (flow.heartbeat_by_initiator) say(out.evidence, Side{initiator(flow)});
    if (both) say(out.evidence, " and ");
    if (flow.heartbeat_by_responder) say(out.evidence, Side{responder(flow)});
    say(out.evidence, both ? " exchange" : " sends", " a small message every ", Span{flow.heartbeat_period},
        ", a heartbeat of the application.");
    say_sentence(out.evidence, "A death would be noticed without TCP keepalive");
    advise_nothing(out.advice, flow);
}

void explain_recovered(Explanation& out, const FlowSummary& flow) {
    say_sentence(out.what, "Both ends are alive");
    say_all_probes(out.evidence, flow);
    say_sentence(out.evidence, "One side answered again after it had left probes or data unanswered");
    say_sentence(out.advice, "Look for an outage of the path at that time (peer_recovered in events.csv)");
}

void explain_ignored(Explanation& out, const FlowSummary& flow) {
    const bool of_initiator = flow.initiator_side.probes == 0;
    const Endpoint deaf = of_initiator ? initiator(flow) : responder(flow);
    const Endpoint prober = of_initiator ? responder(flow) : initiator(flow);
    const Count probes{std::max(flow.initiator_side.probes, flow.responder_side.probes), "keepalive probe",
                       "keepalive probes"};
    say_sentence(out.what, "Both ends are alive, but ", Side{deaf}, " does not answer keepalive probes");
    say_sentence(out.evidence, "It did not answer ", probes, " from ", Side{prober},
                 " while data from it arrived: its stack does not answer them");
    say_sentence(out.advice, "Rely on a heartbeat of the application: were the data to pause, keepalive of ",
                 prober.address, " would end the connection");
}

void explain_alive(Explanation& out, const FlowSummary& flow) {
    switch (flow.reason) {
        case Reason::kProbeAnswered:
            return explain_answered(out, flow);
        case Reason::kHeartbeat:
            return explain_heartbeat(out, flow);
        case Reason::kRecovered:
            return explain_recovered(out, flow);
        case Reason::kProbesIgnored:
            return explain_ignored(out, flow);
        default:
            say_sentence(out.what, "Both ends are alive");
    }
    if (flow.reason == Reason::kResetIgnored) {
        say_sentence(out.evidence,
                     "A RST came, but its receiver did not accept it (RFC 5961): the connection stayed open");
        return say_sentence(out.advice, "Find the sender of the RST: it may be forged or late");
    }
    if (flow.reason == Reason::kAcceptedLater) {
        say_sentence(out.evidence, Side{responder(flow)},
                     " refused the connection at first, and accepted it when ", Side{initiator(flow)},
                     " tried again");
    } else if (flow.silent_at_end >= kSecond) {
        say_sentence(out.evidence, "Segments passed until ", Span{flow.silent_at_end},
                     " before the end of the capture");
    } else {
        say_sentence(out.evidence, "Segments passed until shortly before the end of the capture");
    }
    say_sentence(out.advice, "Nothing to do");
}

void say_silent_at_end(std::string& evidence, const FlowSummary& flow) {
    if (flow.silent_at_end == kNoTime) return;
    say_sentence(evidence, "Nothing was seen in the last ", Span{flow.silent_at_end}, " of the capture");
}

void explain_stopped_probes(Explanation& out, const FlowSummary& flow) {
    if (flow.initiator_side.probes + flow.responder_side.probes == 0) {
        say_sentence(out.what, "One side may be dead");
        say_sentence(out.evidence, "The other had closed its window, but its window probes stopped");
        say_silent_at_end(out.evidence, flow);
        return say_sentence(out.advice, "Check whether both ", initiator(flow).address, " and ",
                            responder(flow).address, " are up, or whether the capture lost frames");
    }
    const bool by_initiator = flow.initiator_side.probes_answered != 0;
    const SideSummary& side = by_initiator ? flow.initiator_side : flow.responder_side;
    const Endpoint prober = by_initiator ? initiator(flow) : responder(flow);
    const bool up = (flow.signs & kSignHostHeard) != 0;
    if (up) {
        say_sentence(out.what, Side{prober}, " stopped probing on this connection, but its host is up");
    } else {
        say_sentence(out.what, Side{prober}, " may be dead");
    }
    say(out.evidence, "Its keepalive probes");
    if (side.keepalive.idle != kNoTime)
        say(out.evidence, ", due after ", Span{side.keepalive.idle}, " of silence,");
    say(out.evidence, " were answered, but then stopped.");
    say_silent_at_end(out.evidence, flow);
    if (up) {
        say_sentence(out.evidence, "Other frames came from ", prober.address, " later");
        return say_sentence(out.advice, "Find out how ", Side{prober},
                            " ended the connection, or whether the capture lost frames");
    }
    say_sentence(out.advice, "Check whether ", prober.address, " is up, or whether the capture lost frames");
}

void explain_verdict(Explanation& out, const FlowSummary& flow) {
    switch (flow.verdict) {
        case Verdict::kNone:
            return;
        case Verdict::kUnknown:
            return explain_unknown(out, flow);
        case Verdict::kClosed:
            return explain_closed(out, flow);
        case Verdict::kAlive:
            return explain_alive(out, flow);
        case Verdict::kIdle:
            return describe_idle(out, flow);
        case Verdict::kSuspect:
            if (flow.reason == Reason::kProbesStopped) return explain_stopped_probes(out, flow);
            [[fallthrough]];
        case Verdict::kPeerDead:
        case Verdict::kMiddleboxReset:
        case Verdict::kPeerRebooted:
        case Verdict::kPeerLostState:
        case Verdict::kPeerReset:
        case Verdict::kPathDead:
        case Verdict::kNoAnswer:
        case Verdict::kScan:
        case Verdict::kMiddleboxRestarted:
        case Verdict::kAddressMoved:
        case Verdict::kAddressConflict:
        case Verdict::kHandshakeIncomplete:
        case Verdict::kPathMtu:
        case Verdict::kPeerRestored:
            return describe_failure(out, story_of(flow));
    }
}

}  // namespace

void Explanation::clear() {
    for (std::string* part : {&what, &evidence, &advice, &text}) part->clear();
    has_names = false;
}

void Explanation::join() {
    for (const std::string* part : {&what, &evidence, &advice}) {
        if (part->empty()) continue;
        begin_sentence(text);
        text += *part;
    }
}

const Explanation& explain(Explanation& out, const FlowSummary& flow, const Inventory* inventory) {
    out.clear();
    explain_verdict(out, flow);
    if (flow.other_view >= 0) {
        const auto other = static_cast<StreamNumber>(flow.other_view);
        say_sentence(out.evidence, flow.is_second_view ? "This is tcp.stream " : "tcp.stream ", other,
                     flow.is_second_view ? " again, on the other side of a NAT: events tell of it there"
                                         : " is the same connection on the other side of a NAT");
    }
    out.has_names = inventory != nullptr && say_unexpected(out.advice, flow, *inventory);
    out.join();
    return out;
}

}  // namespace deadpeer
