#include "report/explanation.h"

#include <algorithm>

#include "report/expectation.h"
#include "report/failure_story.h"
#include "report/words.h"

namespace deadpeer {
namespace {

// Load balancers and firewalls are known to forget connections after such silences.
constexpr Nanoseconds kSlowForPath = 240 * kSecond;

Endpoint initiator(const FlowSummary& flow) {
    return flow.key.sender(flow.initiator);
}
Endpoint responder(const FlowSummary& flow) {
    return flow.key.receiver(flow.initiator);
}

void explain_unknown(std::string& out, const FlowSummary& flow) {
    if (flow.reason == Reason::kOneWay) {
        const bool from_initiator = flow.initiator_side.segments != 0;
        const Endpoint seen = from_initiator ? initiator(flow) : responder(flow);
        const Endpoint unseen = from_initiator ? responder(flow) : initiator(flow);
        return say(out, "What became of it cannot be told: only segments from ", Side{seen},
                   " were captured and none from ", Side{unseen}, "; capture where both directions pass");
    }
    if (flow.reason == Reason::kSuperseded) {
        return say(out,
                   "How it ended was not captured: the same addresses and ports were used for a new "
                   "connection before a FIN or RST of this one was seen; look for frames that the capture "
                   "lost, or whether ",
                   initiator(flow).address, " restarted");
    }
    if (flow.reason == Reason::kNotAnalysed) {
        return say(
            out,
            "What became of it cannot be told: none of its segments could be analysed, because they "
            "were cut, contradict themselves or were only quoted by ICMP errors; capture whole headers "
            "where its segments pass");
    }
    say(out,
        "What became of it cannot be told: one side fell silent where the capture lost frames; capture "
        "again with a larger buffer or a filter");
}

void say_nothing_to_do(std::string& out, const FlowSummary& flow) {
    if (!flow.heartbeat_missed) return say(out, "; nothing to do");
    say(out,
        "; but the heartbeat of one application has stopped: see whether it hangs (events.csv: "
        "heartbeat_stopped)");
}

void explain_closed(std::string& out, const FlowSummary& flow) {
    if (flow.reason == Reason::kResetAfterFin) {
        return say(out,
                   "Closed: after a FIN the rest was cut off with a RST, as when data arrives that nobody "
                   "reads any more; nothing to do unless that data matters");
    }
    say(out, "Closed in order with a FIN from both sides");
    say_nothing_to_do(out, flow);
}

// "4 of 5 keepalive probes of A, sent after 60 s of silence, were answered"
void say_probes(std::string& out, const SideSummary& side, const Endpoint& prober) {
    say(out, std::uint64_t{side.probes_answered}, " of ",
        Count{side.probes, "keepalive probe", "keepalive probes"}, " of ", Side{prober});
    if (side.keepalive.idle != kNoTime) say(out, ", sent after ", Span{side.keepalive.idle}, " of silence,");
    say(out, side.probes == 1 ? " was answered" : " were answered");
}

void say_all_probes(std::string& out, const FlowSummary& flow) {
    const bool by_initiator = flow.initiator_side.probes != 0;
    const bool by_responder = flow.responder_side.probes != 0;
    if (by_initiator) say_probes(out, flow.initiator_side, initiator(flow));
    if (by_initiator && by_responder) say(out, " and ");
    if (by_responder) say_probes(out, flow.responder_side, responder(flow));
}

Nanoseconds slowest_keepalive(const FlowSummary& flow) {
    const Nanoseconds first = flow.initiator_side.keepalive.idle;
    const Nanoseconds second = flow.responder_side.keepalive.idle;
    if (first == kNoTime || second == kNoTime) return std::max(first, second);
    return std::min(first, second);  // with two probers the quicker one holds the path open
}

void explain_answered(std::string& out, const FlowSummary& flow) {
    if (flow.initiator_side.probes + flow.responder_side.probes == 0) {
        return say(out,
                   "Both sides live, but one has closed its window and the other's window probes find it "
                   "closed still; look why the application there does not read");
    }
    say(out, "Both sides live: ");
    say_all_probes(out, flow);
    if (flow.probe_rtt_median != kNoTime && flow.probe_rtt_median >= kMillisecond) {
        say(out, ", typically within ", Span{flow.probe_rtt_median});
    }
    const Nanoseconds idle = slowest_keepalive(flow);
    if (idle == kNoTime || idle <= kSlowForPath) return say_nothing_to_do(out, flow);
    say(out,
        "; firewalls and load balancers forget a connection sooner than that (often after 4 min), so set "
        "TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) to 180 if one is on the path");
}

void explain_recovered(std::string& out, const FlowSummary& flow) {
    say(out, "Both sides live: ");
    say_all_probes(out, flow);
    say(out,
        ", the last of them after others that were not; look for an outage of the path at that time "
        "(events.csv: peer_recovered)");
}

void explain_heartbeat(std::string& out, const FlowSummary& flow) {
    say(out, "Both sides live: ");
    if (flow.heartbeat_by_initiator) say(out, Side{initiator(flow)});
    if (flow.heartbeat_by_initiator && flow.heartbeat_by_responder) say(out, " and ");
    if (flow.heartbeat_by_responder) say(out, Side{responder(flow)});
    const bool both = flow.heartbeat_by_initiator && flow.heartbeat_by_responder;
    say(out, both ? " exchange" : " sends", " a small message every ", Span{flow.heartbeat_period},
        ", a heartbeat of the application, so a death is noticed without TCP keepalive");
    say_nothing_to_do(out, flow);
}

void explain_ignored(std::string& out, const FlowSummary& flow) {
    const bool of_initiator = flow.initiator_side.probes == 0;
    const Endpoint deaf = of_initiator ? initiator(flow) : responder(flow);
    const Endpoint prober = of_initiator ? responder(flow) : initiator(flow);
    say(out, "Both sides live, but ", Side{deaf}, " answered none of ",
        Count{std::max(flow.initiator_side.probes, flow.responder_side.probes), "keepalive probe",
              "keepalive probes"},
        " of ", Side{prober}, " while data from it arrived: its stack does not answer them; keepalive of ",
        prober.address, " would end the connection were the data to stay out for longer");
}

void explain_alive(std::string& out, const FlowSummary& flow) {
    switch (flow.reason) {
        case Reason::kProbeAnswered:
            return explain_answered(out, flow);
        case Reason::kHeartbeat:
            return explain_heartbeat(out, flow);
        case Reason::kRecovered:
            return explain_recovered(out, flow);
        case Reason::kProbesIgnored:
            return explain_ignored(out, flow);
        case Reason::kAcceptedLater:
            return say(out, "Both sides live: ", Side{responder(flow)},
                       " refused the connection at first and accepted it when ", Side{initiator(flow)},
                       " tried again; nothing to do");
        case Reason::kResetIgnored:
            return say(out,
                       "Both sides live: a RST came but its receiver did not accept it (RFC 5961) and the "
                       "connection went on; look who sends such a RST, it may be forged or late");
        default:
            return say(out,
                       "Both sides live: segments passed until shortly before the end of the capture; "
                       "nothing to do");
    }
}

void explain_stopped_probes(std::string& out, const FlowSummary& flow) {
    if (flow.initiator_side.probes + flow.responder_side.probes == 0) {
        say(out, "One side may be dead: the other had closed its window, but its window probes stopped");
        if (flow.silent_at_end != kNoTime) {
            say(out, " and nothing was seen in the last ", Span{flow.silent_at_end}, " of the capture");
        }
        return say(out, "; see whether both ", initiator(flow).address, " and ", responder(flow).address,
                   " are up, or whether the capture lost frames");
    }
    const bool by_initiator = flow.initiator_side.probes_answered != 0;
    const SideSummary& side = by_initiator ? flow.initiator_side : flow.responder_side;
    const Endpoint prober = by_initiator ? initiator(flow) : responder(flow);
    say(out, Side{prober}, " may be dead: its keepalive probes");
    if (side.keepalive.idle != kNoTime) say(out, ", due after ", Span{side.keepalive.idle}, " of silence,");
    say(out, " were answered but then stopped");
    if (flow.silent_at_end != kNoTime) {
        say(out, ", and nothing was seen in the last ", Span{flow.silent_at_end}, " of the capture");
    }
    say(out, "; see whether ", prober.address, " is up, or whether the capture lost frames");
}

void explain_idle(std::string& out, const FlowSummary& flow) {
    say(out, "Open but silent");
    if (flow.silent_at_end != kNoTime) say(out, " for the last ", Span{flow.silent_at_end});
    if (flow.heartbeat_period != kNoTime) {
        return say(out, ": the application's heartbeat, every ", Span{flow.heartbeat_period},
                   " before, has stopped and no keepalive probe was seen; look why it stopped, and set "
                   "SO_KEEPALIVE on the side that must notice a death");
    }
    if ((flow.signs & kSignTimeWentBack) != 0) {
        return say(
            out,
            ", as it seems: the capture's clock was set back meanwhile, so neither its silences nor its "
            "keepalive can be told; capture again with a clock that is left alone");
    }
    if (flow.initiator_side.sent_fin != flow.responder_side.sent_fin) {
        const bool by_initiator = flow.initiator_side.sent_fin;
        const Endpoint left_open = by_initiator ? responder(flow) : initiator(flow);
        return say(out, ": ", Side{by_initiator ? initiator(flow) : responder(flow)}, " sent its FIN and ",
                   Side{left_open}, " has not closed its side since; look whether the application on ",
                   left_open.address, " forgets to close connections (CLOSE_WAIT)");
    }
    const Nanoseconds silence = std::max(flow.silent_at_end, flow.longest_idle);
    say(out, " without a keepalive probe or a heartbeat: keepalive is off");
    if (silence != kNoTime) say(out, " or waits longer than ", Span{silence});
    say(out, ", so nothing would notice if ", Side{initiator(flow)}, " or ", Side{responder(flow)},
        " died; set SO_KEEPALIVE and TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) 180 on the side that must "
        "notice, for boxes on the path often forget a connection after 4 min");
}

void explain_verdict(std::string& out, const FlowSummary& flow) {
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
            return explain_idle(out, flow);
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
            return tell_failure(out, story_of(flow));
    }
}

}  // namespace

const Explanation& explain(Explanation& out, const FlowSummary& flow, const Inventory* inventory) {
    out.text.clear();
    explain_verdict(out.text, flow);
    out.has_names = inventory != nullptr && say_unexpected(out.text, flow, *inventory);
    return out;
}

}  // namespace deadpeer
