#include <algorithm>

#include "report/advice.h"
#include "report/explanation.h"
#include "report/failure_story.h"
#include "report/words.h"

namespace deadpeer {
namespace {

void explain_unanswered(std::string& out, const Finding& finding) {
    say(out, Side{finding.subject}, " missed ", Count{finding.count, "keepalive probe", "keepalive probes"},
        " of ", Side{finding.peer});
    if (finding.idle != kNoTime) say(out, ", sent after ", Span{finding.idle}, " of silence");
    say(out,
        ", and was asked again: one lost answer proves nothing, several may be an outage or a death; see "
        "what became of the connection in flows.csv");
}

void explain_recovered(std::string& out, const Finding& finding) {
    say(out, Side{finding.subject}, " lives: it answered again after ",
        finding.tries == Tries::kData
            ? Count{finding.count, "unacknowledged transmission", "unacknowledged transmissions"}
            : Count{finding.count, "unanswered keepalive probe", "unanswered keepalive probes"},
        " of ", Side{finding.peer});
    if (finding.half_open != kNoTime) say(out, ", having been silent for ", Span{finding.half_open});
    say(out, finding.count == 1 ? "; one lost answer proves nothing, look for an outage if there are more"
                                : "; look for an outage of the path at that time");
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

void explain_host_rebooted(std::string& out, const Finding& finding, bool stream_numbers) {
    say(out, finding.subject.address, " lost ", Count{finding.count, "connection", "connections"});
    if (stream_numbers) say_streams(out, finding);
    say(out, " that it had: it answered with RSTs that say it knows no such connection");
    if (finding.half_open != kNoTime)
        say(out, ", up to ", Span{finding.half_open}, " after its last sign of life");
    conclude_reboot(out, finding.signs, finding.confidence, finding.subject.address);
}

void explain_path_timeout(std::string& out, const Finding& finding) {
    say(out, "A middlebox between ", finding.peer.address, " and ", finding.subject.address,
        finding.confidence < Confidence::kHigh ? " seems to forget" : " forgets",
        " idle connections: ", Count{finding.count, "connection", "connections"}, " failed after ",
        finding.reason == Reason::kKnownTimeout ? "at least " : "", Span{finding.idle},
        " of silence, the longest that survived was ", Span{finding.survived},
        "; set SO_KEEPALIVE and TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) ");
    // A timeout that is not known lies between what survived and what failed.
    say_limit(out, finding.path_timeout != kNoTime ? finding.path_timeout : finding.idle / 2);
    say(out, " on ", finding.peer.address);
    say(out, ", or raise the middlebox's idle timeout");
}

void explain_heartbeat_stopped(std::string& out, const Finding& finding) {
    say(out, Side{finding.subject}, " stopped its heartbeat to ", Side{finding.peer});
    // Three periods are waited for unless the other side closes.
    if (finding.idle <= 3 * finding.interval) {
        say(out, ": one was due every ", Span{finding.interval}, ", and none had come for ",
            Span{finding.idle}, " when ", Side{finding.peer}, " closed the connection");
    } else {
        say(out, ": it sent one every ", Span{finding.interval}, " and then none for ", Span{finding.idle},
            " while the connection was open");
    }
    say(out, "; see whether its application hangs or its host is down");
}

void explain_gap(std::string& out, const Finding& finding) {
    const bool length_known = finding.idle != kNoTime;
    if (finding.reason == Reason::kLinkDown) {
        const std::string_view name = finding.link_name();
        const std::string_view link = name.empty() ? "A captured interface" : name;
        if (length_known) {
            return say(out, link, " is back, after it was down or gone for ", Span{finding.idle},
                       ": nothing was captured from it, so silence proves nothing at that time; see why");
        }
        return say(
            out, link,
            " is down or gone: nothing is captured from it until it is back, so silence proves nothing; "
            "see why");
    }
    say(out, "The capture lost ");
    if (finding.count == 0) {
        say(out, "frames");
    } else {
        say(out, Count{finding.count, "frame", "frames"});
    }
    if (length_known) {
        say(out, " within ", Span{finding.idle}, ", so silence proves nothing at that time");
    } else {
        say(out, " and does not tell when, so silence proves little");
    }
    say(out, "; capture again with a larger buffer or a filter");
}

void say_holders(std::string& out, const Finding& finding) {
    std::string_view before = ", most of them held by ";
    for (const HolderCount& holder : finding.holders) {
        if (holder.connections == 0) continue;
        say(out, before, holder.host, " (", std::uint64_t{holder.connections}, ")");
        before = ", ";
    }
}

void explain_capacity(std::string& out, const Finding& finding) {
    say(out, Side{finding.subject}, " runs out of connections: ", std::uint64_t{finding.count}, " of the ",
        std::uint64_t{finding.limit}, " that it can hold are open, ", std::uint64_t{finding.idle_count},
        " of them idle");
    say_holders(out, finding);
    say(out, "; let those close what they do not use, or raise the limit");
}

void explain_left_out(std::string& out, const Finding& finding) {
    say(out, Count{finding.left_out, "more event", "more events"},
        finding.stream < 0 ? "" : " of this connection",
        finding.left_out == 1 ? " in this minute is left out" : " in this minute are left out",
        ", so that a storm of events does not fill the disk");
}

void explain_event(std::string& out, const Finding& finding, bool stream_numbers) {
    if (finding.left_out != 0) return explain_left_out(out, finding);
    switch (finding.kind) {
        case EventKind::kProbesUnanswered:
            return explain_unanswered(out, finding);
        case EventKind::kPeerRecovered:
            return explain_recovered(out, finding);
        case EventKind::kPeerDead:
            return tell_failure(out, story_of(finding, Verdict::kPeerDead));
        case EventKind::kPeerRebooted:
            return tell_failure(out, story_of(finding, Verdict::kPeerRebooted));
        case EventKind::kPeerLostState:
            return tell_failure(out, story_of(finding, Verdict::kPeerLostState));
        case EventKind::kMiddleboxReset:
            return tell_failure(out, story_of(finding, Verdict::kMiddleboxReset));
        case EventKind::kPeerReset:
            return tell_failure(out, story_of(finding, Verdict::kPeerReset));
        case EventKind::kPathDead:
            return tell_failure(out, story_of(finding, Verdict::kPathDead));
        case EventKind::kNoAnswer:
            return tell_failure(out, story_of(finding, Verdict::kNoAnswer));
        case EventKind::kHostRebooted:
            return explain_host_rebooted(out, finding, stream_numbers);
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
    out.text.clear();
    out.has_names = false;
    explain_event(out.text, finding, stream_numbers);
    return out;
}

}  // namespace deadpeer
