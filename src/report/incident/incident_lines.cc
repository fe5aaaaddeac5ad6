#include "report/incident/incident_lines.h"

#include <algorithm>
#include <array>

#include "deadpeer/names.h"
#include "report/incident/incident_explanation.h"
#include "report/text/text.h"
#include "report/text/words.h"

namespace deadpeer {
namespace {

struct Headline {
    EventKind kind;
    std::string_view label;
    void (*say)(std::string& out, const Incident& incident, const Named& named);
};

Count connections_of(const Incident& i) {
    return {i.connections, "connection", "connections"};
}

// "10.0.0.2:50000 (db-1)", or the host alone where several of its ports are concerned.
void say_subject(std::string& out, const Incident& i, const Named& named) {
    if (i.subject.port == 0) return say(out, named(i.cause.subject.address));
    say(out, named(i.cause.subject));
}

void say_held(std::string& out, const Incident& i) {
    const std::string_view most = i.connections > 1 ? " up to " : " ";
    if (i.half_open != kNoTime) say(out, ",", most, Span{i.half_open}, " after its last segment");
}

// Who is left: "10.0.0.1:40000", or "3 connections".
void say_left(std::string& out, const Incident& i, const Named& named) {
    i.connections > 1 ? say(out, connections_of(i)) : say(out, named(i.cause.peer));
}

void say_dead(std::string& out, const Incident& i, const Named& named) {
    if (i.cause.reason == Reason::kAnswersLost) {
        return say(out, named(i.cause.subject), " answered, but its answers did not reach ",
                   named(i.cause.peer));
    }
    say_subject(out, i, named);
    say(out, " stopped responding; ");
    say_left(out, i, named);
    say(out, i.connections > 1 ? " were given up" : " gave up");
    if (i.half_open == kNoTime) return;
    say(out, i.connections > 1 ? ", up to " : " ", Span{i.half_open}, " after its last segment");
}
void say_cut(std::string& out, const Incident& i, const Named& named) {
    if ((i.cause.signs & kSignNothingArrived) != 0) {
        say(out, "nothing reaches ", named(i.cause.peer.address), ", given up ", connections_of(i), " to ",
            Count{i.peers.size(), "host", "hosts"}, i.more_peers ? " or more" : "");
    } else if (i.connections > 1) {
        say(out, connections_of(i), " between ", named(i.cause.peer.address), " and ",
            named(i.cause.subject.address));
    } else {
        say(out, "between ", named(i.cause.peer), " and ", named(i.cause.subject));
    }
    if (i.half_open != kNoTime) say(out, ", given up ", Span{i.half_open}, " after the last answer");
}
void say_host(std::string& out, const Incident& i, const Named& named) {
    say(out, named(i.cause.subject.address), " lost ", connections_of(i));
    say_held(out, i);
}
void say_address(std::string& out, const Incident& i, const Named& named) {
    const MacChange& macs = i.cause.macs;
    const bool both = i.cause.kind == EventKind::kAddressConflict;
    say(out, named(i.cause.subject.address), both ? " of " : " from ", MacText{macs.before},
        both ? " and " : " to ", MacText{macs.now}, ", ", connections_of(i), " lost");
}
void say_without_state(std::string& out, const Incident& i, const Named& named) {
    say_subject(out, i, named);
    say(out, " no longer has state for ");
    if (i.connections > 1) {
        say(out, connections_of(i));
    } else {
        say(out, "its connection with ", named(i.cause.peer));
    }
    say_held(out, i);
}
void say_restored(std::string& out, const Incident& i, const Named& named) {
    say(out, named(i.cause.subject.address), " was set back to an earlier state, ", connections_of(i),
        " refused");
}
void say_path(std::string& out, const Incident& i, const Named& named) {
    const Finding& f = i.cause;
    say(out, named(f.peer.address), " to ", named(f.subject.address), " drops connections after ",
        Span{f.idle}, f.reason == Reason::kKnownTimeout ? " of silence or more" : " of silence", "; ",
        connections_of(i), " lost");
}
void say_capacity(std::string& out, const Incident& i, const Named& named) {
    const Finding& f = i.cause;
    say(out, named(f.subject), " has ", std::uint64_t{f.count}, " of ", std::uint64_t{f.limit},
        " connections open");
    if (f.idle_count > 0) say(out, ", ", std::uint64_t{f.idle_count}, " of them idle");
}
void say_middlebox(std::string& out, const Incident& i, const Named& named) {
    const Finding& f = i.cause;
    if (i.connections > 1) {
        say(out, connections_of(i), " of ", named(f.peer.address), " to ", named(f.subject.address));
    } else {
        say(out, "the connection of ", named(f.peer), " to ", named(f.subject));
    }
    if (f.idle != kNoTime) say(out, ", after ", Span{f.idle}, " of silence");
}
void say_restart(std::string& out, const Incident& i, const Named& named) {
    say(out, "between ", named(i.cause.peer.address), " and ", Count{i.cause.hosts, "host", "hosts"}, ", ",
        connections_of(i), " lost");
}
void say_handshake(std::string& out, const Incident& i, const Named& named) {
    const Finding& f = i.cause;
    if (i.connections > 1) {
        say(out, connections_of(i), " between ", named(f.peer.address), " and ", named(f.subject.address));
    } else if (f.reason == Reason::kSynAckRepeated) {
        say(out, named(f.peer), " to ", named(f.subject), ", SYN-ACK repeated ",
            Count{f.count, "time", "times"});
    } else {
        say(out, named(f.subject), " to ", named(f.peer), ", SYN repeated ", Count{f.count, "time", "times"},
            " though answered");
    }
}
void say_heartbeat(std::string& out, const Incident& i, const Named& named) {
    say_subject(out, i, named);
    if (i.connections > 1) {
        say(out, " on ", connections_of(i));
    } else {
        say(out, " to ", named(i.cause.peer));
    }
    say(out, ", silent for ", Span{i.cause.idle});
}
void say_mtu(std::string& out, const Incident& i, const Named& named) {
    const Finding& f = i.cause;
    say(out, "segments of ", Count{f.segment_bytes, "byte", "bytes"}, " from ", named(f.peer.address),
        " do not reach ", named(f.subject.address), ", on ", connections_of(i));
}
void say_outage(std::string& out, const Incident& i, const Named& named) {
    if (i.connections > 1) {
        say(out, named(i.cause.subject.address), " was not heard on ", connections_of(i), " for up to ",
            Span{i.half_open});
    } else {
        say(out, named(i.cause.peer), " did not hear ", named(i.cause.subject), " for ", Span{i.half_open});
    }
}
void say_reuse(std::string& out, const Incident& i, const Named& named) {
    const Finding& f = i.cause;
    if (i.connections > 1) {
        say(out, "requests on ", connections_of(i), " met the close of ", named(f.subject));
    } else {
        say(out, "a request of ", named(f.peer), " met the close of ", named(f.subject));
    }
    if (f.idle != kNoTime) say(out, " after ", Span{f.idle}, " of silence");
}
void say_late_request(std::string& out, const Incident& i, const Named& named) {
    const Finding& f = i.cause;
    say(out, named(f.peer), " sent to ", named(f.subject));
    if (f.idle != kNoTime) say(out, " ", Span{f.idle}, " after it had closed");
    if (i.connections > 1) say(out, ", and likewise on ", Count{i.connections - 1, "other", "others"});
}
void say_idle_close(std::string& out, const Incident& i, const Named& named) {
    say(out, named(i.cause.subject), " resets connections after ", Span{i.cause.idle}, " without data");
}
void say_unanswered(std::string& out, const Incident& i, const Named& named) {
    say_subject(out, i, named);
    say(out, ", sent by ");
    i.connections > 1 ? say(out, "the other ends of ", connections_of(i)) : say(out, named(i.cause.peer));
    if (i.count(EventKind::kPeerRecovered) > 0) say(out, "; it answered again later");
}
void say_gap(std::string& out, const Incident& i, const Named&) {
    Explanation words;
    explain(words, i);
    words.what.pop_back();
    say(out, words.what);
}

constexpr auto kHeadlines = std::to_array<Headline>({
    {EventKind::kHostRebooted, "rebooted host", say_host},
    {EventKind::kPeerDead, "dead peer", say_dead},
    {EventKind::kPathDead, "dead path", say_cut},
    {EventKind::kPeerRebooted, "possible reboot", say_without_state},
    {EventKind::kAddressConflict, "address conflict", say_address},
    {EventKind::kAddressMoved, "address moved", say_address},
    {EventKind::kPathMtu, "path MTU", say_mtu},
    {EventKind::kPeerRestored, "restored peer", say_restored},
    {EventKind::kIdleTimeoutOnPath, "path timeout", say_path},
    {EventKind::kCapacityWarning, "capacity", say_capacity},
    {EventKind::kMiddleboxRestarted, "restarted middlebox", say_restart},
    {EventKind::kMiddleboxReset, "middlebox reset", say_middlebox},
    {EventKind::kPeerLostState, "lost state", say_without_state},
    {EventKind::kHandshakeIncomplete, "incomplete handshake", say_handshake},
    {EventKind::kHeartbeatStopped, "heartbeat stopped", say_heartbeat},
    {EventKind::kOutage, "outage", say_outage},
    {EventKind::kReuseRace, "reuse race", say_reuse},
    {EventKind::kRequestAfterFin, "request after FIN", say_late_request},
    {EventKind::kIdleClose, "idle timer", say_idle_close},
    {EventKind::kProbesUnanswered, "unanswered probes", say_unanswered},
    {EventKind::kCaptureGap, "capture", say_gap},
});

void say_place(std::string& out, const Finding& finding, std::span<const InputSummary> inputs) {
    const std::uint64_t frame = finding.frame != 0            ? finding.frame
                                : finding.evidence_count != 0 ? finding.evidence[finding.evidence_count - 1U]
                                                              : 0;
    if (frame == 0 && finding.confidence == Confidence::kNone) return say(out, "\n");
    say(out, " (");
    if (frame != 0) {
        say(out, "frame ", frame);
        if (inputs.size() > 1 && finding.file < inputs.size()) {
            say(out, " of ", printable(base_name(inputs[finding.file].name)));
        }
        if (finding.confidence != Confidence::kNone) say(out, ", ");
    }
    if (finding.confidence != Confidence::kNone) say(out, to_string(finding.confidence), " confidence");
    say(out, ")\n");
}

}  // namespace

std::string_view label_of(EventKind cause) {
    const auto* headline = std::ranges::find(kHeadlines, cause, &Headline::kind);
    return headline == kHeadlines.end() ? std::string_view() : headline->label;
}

void describe_incidents(std::string& out, std::span<const Incident> incidents,
                        std::span<const InputSummary> inputs, const Named& named) {
    Explanation words;
    for (const Incident& incident : incidents.first(std::min(incidents.size(), kMostIncidentLines))) {
        const auto* headline = std::ranges::find(kHeadlines, incident.cause.kind, &Headline::kind);
        if (headline == kHeadlines.end()) continue;
        say(out, "  ", headline->label, ": ");
        headline->say(out, incident, named);
        say_place(out, incident.cause, inputs);
        say(out, "    ", explain(words, incident).advice, "\n");
    }
    if (incidents.size() > kMostIncidentLines)
        say(out, "  and ", incidents.size() - kMostIncidentLines, " more (incidents.csv)\n");
}

}  // namespace deadpeer
