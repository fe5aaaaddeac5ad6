#include <algorithm>

#include "deadpeer/names.h"
#include "report/text/advice.h"
#include "report/text/close_story.h"
#include "report/text/explanation.h"
#include "report/text/failure_report.h"
#include "report/text/failure_words.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

void explain_unanswered(Explanation& out, const Finding& finding) {
    const bool one = finding.count == 1;
    say_sentence(out.what, Side{finding.subject}, " did not answer ",
                 Count{finding.count, "keepalive probe", "keepalive probes"}, " from ", Side{finding.peer});
    if (finding.idle != kNoTime) {
        say_sentence(out.evidence, one ? "It was sent after " : "The first was sent after ",
                     Span{finding.idle}, " of silence, and another one followed");
    } else {
        say_sentence(out.evidence, "Another one followed");
    }
    say_sentence(out.advice,
                 "One loss is normal, several may be an outage or a death: see the verdict of the connection "
                 "in flows.csv");
}

void explain_recovered(Explanation& out, const Finding& finding) {
    say_sentence(out.what, Side{finding.subject}, " is alive: it answered again");
    const bool data = finding.tries == Tries::kData;
    say(out.evidence, "Before, it did not ", data ? "acknowledge " : "answer ",
        data ? Count{finding.count, "transmission", "transmissions"}
             : Count{finding.count, "keepalive probe", "keepalive probes"},
        " from ", Side{finding.peer});
    if (finding.half_open != kNoTime) say(out.evidence, ", in ", Span{finding.half_open}, " of silence");
    say(out.evidence, ".");
    say_sentence(out.advice, finding.count == 1
                                 ? "One loss is normal: look for an outage only if there are more"
                                 : "Look for an outage of the path at that time");
}

void explain_outage(Explanation& out, const Finding& finding) {
    say_sentence(out.what, Side{finding.peer}, " did not hear ", Side{finding.subject}, " for ",
                 Span{finding.half_open}, ", and the connection came through");
    say(out.evidence,
        finding.tries == Tries::kWindowProbes ? "It probed the window " : "It sent the same data ",
        std::uint64_t{finding.count}, " times before ", Side{finding.subject}, " answered");
    if (finding.interval != kNoTime && finding.interval >= kMillisecond)
        say(out.evidence, ", so the outage lasted for at least ", Span{finding.interval});
    say(out.evidence, ".");
    say_sentence(out.advice, "Look for an outage of the path, or of ", finding.subject.address,
                 ", at that time");
}

// " (tcp.stream 0, 1 and 3)"
void say_streams(std::string& out, const Finding& finding) {
    const std::size_t told = std::min<std::size_t>(finding.count, finding.lost.size());
    for (std::size_t i = 0; i < told; ++i) {
        const bool last = i + 1 == finding.count;
        say(out, i == 0 ? " (tcp.stream " : last ? " and " : ", ", finding.lost[i]);
    }
    if (finding.count > told) say(out, " and ", finding.count - told, " more");
    say(out, ")");
}

void explain_host_rebooted(Explanation& out, const Finding& finding, bool stream_numbers) {
    say(out.what, finding.subject.address, " lost ", Count{finding.count, "connection", "connections"});
    if (stream_numbers) say_streams(out.what, finding);
    say(out.what, ": ", likelihood_of_reboot(finding.confidence), ".");
    say(out.evidence, "It answered with RSTs that say it knows no such connection");
    if (finding.half_open != kNoTime)
        say(out.evidence, ", up to ", Span{finding.half_open}, " after its last segment");
    say(out.evidence, ".");
    say_reboot_signs(out.evidence, finding.signs, finding.confidence);
    say_sentence(out.advice, "Check the uptime of ", finding.subject.address);
}

// "They were of 10.0.0.1 (2) and 10.0.0.2 (1).": as many hosts to a sentence as it may have.
void say_hosts(std::string& evidence, const Finding& finding) {
    constexpr std::size_t kOfSentence = 2;
    const auto named = static_cast<std::size_t>(
        std::ranges::count_if(finding.holders, [](const HolderCount& each) { return each.connections > 0; }));
    for (std::size_t i = 0; i < named; ++i) {
        const bool first = i % kOfSentence == 0;
        const bool last = i % kOfSentence + 1 == kOfSentence || i + 1 == named;
        if (first) begin_sentence(evidence);
        say(evidence, first ? "Connections lost by " : " and by ", finding.holders[i].host, ": ",
            std::uint64_t{finding.holders[i].connections}, last ? "." : "");
    }
}

void explain_middlebox_restarted(Explanation& out, const Finding& finding, bool stream_numbers) {
    say_sentence(out.what, "A middlebox (firewall, NAT, load balancer) between ", finding.peer.address,
                 " and ", Count{finding.hosts, "host", "hosts"}, " ",
                 likelihood_of_restart(finding.confidence));
    begin_sentence(out.evidence);
    say(out.evidence, Count{finding.count, "connection", "connections"});
    if (stream_numbers) say_streams(out.evidence, finding);
    say(out.evidence, " met RSTs that say they do not exist.");
    say_hosts(out.evidence, finding);
    say_sentence(out.evidence, "Of the older connections with ", finding.peer.address,
                 " that were used then, at least half were lost");
    say_other_restarts(out.evidence, finding.confidence);
    advise_on_restart(out.advice);
}

void explain_address_moved(Explanation& out, const Finding& finding, bool stream_numbers) {
    say(out.what, finding.subject.address,
        finding.confidence > Confidence::kLow ? " moved" : " seems to have moved",
        " to another machine, which does not have ", Count{finding.count, "connection", "connections"});
    if (stream_numbers) say_streams(out.what, finding);
    say(out.what, ".");
    say_new_holder(out.evidence, finding.macs, finding.signs);
    say_sentence(out.advice, kAdviceOnMove);
}

void explain_address_conflict(Explanation& out, const Finding& finding, bool stream_numbers) {
    say(out.what, "Two machines ", finding.confidence > Confidence::kLow ? "use " : "seem to use ",
        finding.subject.address, ": one reset ", Count{finding.count, "connection", "connections"},
        " of the other");
    if (stream_numbers) say_streams(out.what, finding);
    say(out.what, ".");
    say_two_holders(out.evidence, finding.macs, finding.signs);
    say_sentence(out.advice, kAdviceOnConflict);
}

void explain_path_timeout(Explanation& out, const Finding& finding) {
    say_sentence(out.what, "A middlebox between ", finding.peer.address, " and ", finding.subject.address,
                 finding.confidence < Confidence::kHigh ? " seems to drop" : " drops", " idle connections");
    say_sentence(out.evidence, Count{finding.count, "connection", "connections"}, " failed after ",
                 finding.reason == Reason::kKnownTimeout ? "at least " : "", Span{finding.idle},
                 " of silence, and the longest silence that one survived was ", Span{finding.survived});
    say(out.advice, "Set SO_KEEPALIVE and ", kKeepaliveIdle, " to ");
    // A timeout that is not known lies between what survived and what failed.
    say_limit(out.advice, finding.path_timeout != kNoTime ? finding.path_timeout : finding.idle / 2);
    say(out.advice, " on ", finding.peer.address, ", or raise the middlebox's idle timeout.");
}

void explain_heartbeat_stopped(Explanation& out, const Finding& finding) {
    say_sentence(out.what, Side{finding.subject}, " stopped its heartbeat to ", Side{finding.peer});
    const bool by_close = finding.evidence_count > 1;  // the last beat, and the other side's FIN
    if (by_close) {
        say_sentence(out.evidence, "One was due every ", Span{finding.interval}, ", and none had come for ",
                     Span{finding.idle}, " when ", Side{finding.peer}, " closed the connection");
    } else {
        say_sentence(out.evidence, "It sent one every ", Span{finding.interval}, ", and then none for ",
                     Span{finding.idle}, " while the connection was open");
    }
    say_sentence(out.advice, "Check whether its application hangs or its host is down");
}

void explain_link_down(Explanation& out, const Finding& finding) {
    const std::string_view name = finding.link_name();
    // Not the name first: a spreadsheet may take what begins with - or @ for a formula.
    const std::string_view interface = name.empty() ? "A captured interface" : "Interface ";
    if (finding.idle != kNoTime) {
        say_sentence(out.what, interface, name, " is back, after it was down or gone for ",
                     Span{finding.idle});
        say_sentence(out.evidence, "Nothing was captured from it, so silence proves nothing at that time");
    } else {
        say_sentence(out.what, interface, name, " is down or gone");
        say_sentence(out.evidence, "Nothing is captured from it until it is back, so silence proves nothing");
    }
    say_sentence(out.advice, "Find out why");
}

void explain_gap(Explanation& out, const Finding& finding) {
    if (finding.reason == Reason::kLinkDown) return explain_link_down(out, finding);
    say(out.what, "The capture lost ");
    if (finding.count == 0) {
        say(out.what, "frames");
    } else {
        say(out.what, Count{finding.count, "frame", "frames"});
    }
    if (finding.idle != kNoTime) {
        say(out.what, " within ", Span{finding.idle}, ".");
        say_sentence(out.evidence, "Silence proves nothing at that time");
    } else {
        say(out.what, ".");
        say_sentence(out.evidence, "It does not tell when, so silence proves little");
    }
    say_sentence(out.advice, "Capture again with a larger buffer or a filter");
}

void say_holders(std::string& evidence, const Finding& finding) {
    std::string_view before = " Most of those are held by ";
    for (const HolderCount& holder : finding.holders) {
        if (holder.connections == 0) continue;
        say(evidence, before, holder.host, " (", std::uint64_t{holder.connections}, ")");
        before = ", ";
    }
    if (before == ", ") say(evidence, ".");
}

void explain_capacity(Explanation& out, const Finding& finding) {
    say_sentence(out.what, Side{finding.subject}, " runs out of connections");
    begin_sentence(out.evidence);
    say(out.evidence, std::uint64_t{finding.count}, " of the ", std::uint64_t{finding.limit},
        " that it can hold are open");
    if (finding.idle_count > 0) say(out.evidence, ", ", std::uint64_t{finding.idle_count}, " of them idle");
    say(out.evidence, ".");
    say_holders(out.evidence, finding);
    say_sentence(out.advice, "Let clients close what they do not use, or raise the limit");
}

// "13 ports of 192.0.2.2", "13 ports of 4 hosts".
void say_targets(std::string& out, const Finding& finding) {
    say(out, Count{finding.ports, "port", "ports"}, " of ");
    if (finding.hosts <= 1) return say(out, finding.peer.address);
    say(out, Count{finding.hosts, "host", "hosts"});
}

void explain_scan(Explanation& out, const Finding& finding) {
    say(out.what, finding.subject.address, " scanned ");
    say_targets(out.what, finding);
    say(out.what, ".");
    say(out.evidence, "It sent SYNs for ", Count{finding.count, "connection", "connections"});
    if (finding.idle != kNoTime && finding.idle >= kMillisecond)
        say(out.evidence, " within ", Span{finding.idle});
    if (finding.idle_count == 0) {
        say(out.evidence, ", and none was established.");
    } else {
        say(out.evidence, ". Of these ", std::uint64_t{finding.idle_count},
            finding.idle_count == 1 ? " was" : " were", " established, and ended before anything was sent.");
    }
    if ((finding.signs & kSignTtlDiffers) != 0) {
        say_sentence(out.evidence, "Its own host reset those that were answered, with another ",
                     finding.subject.address.is_v6 ? "hop limit" : "TTL",
                     ", so the SYNs came from a raw socket");
    }
    say_sentence(out.advice, "Find out who runs the scan, unless it is yours");
}

void explain_changed(Explanation& out, const Finding& finding) {
    say(out.what, "The event ", to_string(finding.taken_back), " of ");
    if (finding.subject.port == 0) {
        say(out.what, finding.subject.address);
    } else {
        say(out.what, Side{finding.subject});
    }
    say(out.what, " no longer holds");
    if (finding.now != Verdict::kNone)
        say(out.what, ": the connection is now ", to_string(finding.now), " (", to_string(finding.reason),
            ")");
    say(out.what, ".");
    if (finding.taken_back == EventKind::kIdleTimeoutOnPath) {
        say_sentence(out.evidence,
                     "Too few of the connections that spoke for it still count as lost, or one came "
                     "through a longer silence");
    } else if (finding.taken_back == EventKind::kHostRebooted) {
        say_sentence(out.evidence, "None of the connections that spoke for it still does");
    } else if (finding.frame != 0) {
        say_sentence(out.evidence, "A later frame of the connection shows that");
    } else {
        say_sentence(out.evidence, "What came later on other connections shows that");
    }
    say_sentence(out.advice, "Close the alarm that it raised");
}

void explain_left_out(Explanation& out, const Finding& finding) {
    say_sentence(out.what, "Rate-limited: ", Count{finding.left_out, "more event", "more events"},
                 finding.stream < 0 ? "" : " of this connection", " in this minute");
    say_sentence(out.evidence, finding.left_out == 1 ? "It is left out" : "They are left out",
                 ", so that a storm of events does not fill the disk");
    say_sentence(out.advice, "See flows.csv for what became of the connections");
}

void explain_event(Explanation& out, const Finding& finding, bool stream_numbers) {
    if (finding.left_out != 0) return explain_left_out(out, finding);
    switch (finding.kind) {
        case EventKind::kProbesUnanswered:
            return explain_unanswered(out, finding);
        case EventKind::kPeerRecovered:
            return explain_recovered(out, finding);
        case EventKind::kPeerDead:
            return describe_failure(out, story_of(finding, Verdict::kPeerDead));
        case EventKind::kPeerRebooted:
            return describe_failure(out, story_of(finding, Verdict::kPeerRebooted));
        case EventKind::kPeerLostState:
            return describe_failure(out, story_of(finding, Verdict::kPeerLostState));
        case EventKind::kMiddleboxReset:
            return describe_failure(out, story_of(finding, Verdict::kMiddleboxReset));
        case EventKind::kPeerReset:
            return describe_failure(out, story_of(finding, Verdict::kPeerReset));
        case EventKind::kPathDead:
            return describe_failure(out, story_of(finding, Verdict::kPathDead));
        case EventKind::kIdleClose:
            return describe_idle_close(out, finding);
        case EventKind::kReuseRace:
        case EventKind::kRequestAfterFin:
            return describe_close(out, close_of(finding));
        case EventKind::kNoAnswer:
            return describe_failure(out, story_of(finding, Verdict::kNoAnswer));
        case EventKind::kHandshakeIncomplete:
            return describe_failure(out, story_of(finding, Verdict::kHandshakeIncomplete));
        case EventKind::kScan:
            return explain_scan(out, finding);
        case EventKind::kVerdictChanged:
            return explain_changed(out, finding);
        case EventKind::kHostRebooted:
            return explain_host_rebooted(out, finding, stream_numbers);
        case EventKind::kMiddleboxRestarted:
            return explain_middlebox_restarted(out, finding, stream_numbers);
        case EventKind::kAddressMoved:
            return explain_address_moved(out, finding, stream_numbers);
        case EventKind::kAddressConflict:
            return explain_address_conflict(out, finding, stream_numbers);
        case EventKind::kPathMtu:
            return describe_failure(out, story_of(finding, Verdict::kPathMtu));
        case EventKind::kPeerRestored:
            return describe_failure(out, story_of(finding, Verdict::kPeerRestored));
        case EventKind::kOutage:
            return explain_outage(out, finding);
        case EventKind::kIdleTimeoutOnPath:
            return explain_path_timeout(out, finding);
        case EventKind::kHeartbeatStopped:
            return explain_heartbeat_stopped(out, finding);
        case EventKind::kCaptureGap:
            return explain_gap(out, finding);
        case EventKind::kCapacityWarning:
            return explain_capacity(out, finding);
    }
}

}  // namespace

const Explanation& explain(Explanation& out, const Finding& finding, bool stream_numbers) {
    out.clear();
    explain_event(out, finding, stream_numbers);
    if (finding.second_view >= 0 && stream_numbers) {
        say_sentence(out.evidence, "tcp.stream ", static_cast<StreamNumber>(finding.second_view),
                     " is the same connection on the other side of a NAT");
    }
    out.join();
    return out;
}

}  // namespace deadpeer
