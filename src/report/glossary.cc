#include "report/glossary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "deadpeer/names.h"
#include "report/cause/cause_glossary.h"

namespace deadpeer {
namespace {

template <typename Enum>
struct Row {
    Enum value;
    std::string_view severity;
    std::string_view meaning;
    std::string_view advice;
};

template <typename Enum, std::size_t N>
constexpr std::array<GlossaryEntry, N> entries_of(const Row<Enum> (&rows)[N]) {
    std::array<GlossaryEntry, N> entries{};
    for (std::size_t i = 0; i < N; ++i) {
        entries[i] = {to_string(rows[i].value), rows[i].severity, rows[i].meaning, rows[i].advice};
    }
    return entries;
}

constexpr auto kVerdicts = entries_of<Verdict>({
    {Verdict::kPeerDead, "",
     "One side stopped answering, and the other repeated probes or data until it gave up.",
     "Check the host and its links at that time."},
    {Verdict::kPathDead, "",
     "What was sent was not answered, though the host was up, or both sides tried: the path between them "
     "failed.",
     "Check the path, and firewalls whose rules or state changed."},
    {Verdict::kPeerRebooted, "",
     "One side no longer had the connection, after a silence in which it rebooted.",
     "Check the host's uptime and power. Set SO_KEEPALIVE on the other side, so that it notices sooner."},
    {Verdict::kPeerLostState, "",
     "One side answered with a RST that says it does not have the connection, without evidence of a reboot.",
     "Find out whether its process ended, its own timeout expired, or a middlebox answered for it."},
    {Verdict::kAddressMoved, "",
     "The peer's address moved to another machine, which does not have the connection.",
     "Check whether a failover was meant (VRRP, keepalived, a floating address)."},
    {Verdict::kAddressConflict, "",
     "Two machines use the peer's address: one reset a connection that the other went on with.",
     "Find both machines by their MAC addresses, and give one of them another IP address."},
    {Verdict::kPathMtu, "",
     "Large segments of one side were never acknowledged while small ones passed: the path's MTU is smaller.",
     "Compare the MTUs on the path, let ICMP packet-too-big messages pass, or clamp the MSS."},
    {Verdict::kPeerRestored, "",
     "One side was set back to an earlier state, as from a snapshot, and the other refuses what it sends.",
     "Restart the applications that hold connections after a machine was restored."},
    {Verdict::kMiddleboxReset, "", "A middlebox (firewall, NAT, load balancer) sent the RST, not the peer.",
     "Compare the silence before it with the idle timeouts of the middleboxes on the path."},
    {Verdict::kMiddleboxRestarted, "",
     "A middlebox lost the connection when it restarted: connections of several hosts were lost at once.",
     "Check the uptime and the failovers of the firewalls, NATs and load balancers in between."},
    {Verdict::kHandshakeIncomplete, "",
     "The SYN was answered, but the connection never came to be open on both sides.",
     "Look for a full accept queue, and for a firewall that drops one of the two directions."},
    {Verdict::kPeerReset, "", "One side ended the connection with a RST of its own.",
     "Check the log of the application that sent it, if the connection should have gone on."},
    {Verdict::kNoAnswer, "", "The SYN was never answered by a SYN-ACK: it never became a connection.",
     "Check that the host is up and that no firewall drops the SYN."},
    {Verdict::kScan, "", "A port scan: the SYN came from a raw socket, and its own host reset the answer.",
     ""},
    {Verdict::kSuspect, "",
     "At the end of the capture something was unanswered, but not for long enough to call the peer dead.",
     "Capture for longer."},
    {Verdict::kIdle, "",
     "Open and silent at the end, without keepalive: if one side dies the other will not notice.",
     "Enable SO_KEEPALIVE, or a heartbeat of the application."},
    {Verdict::kAlive, "", "Open at the end, with evidence that both ends are alive.", ""},
    {Verdict::kClosed, "", "Closed normally.", ""},
    {Verdict::kUnknown, "", "The capture does not show how the connection ended.",
     "Capture both directions, without loss."},
});

constexpr auto kReasons = entries_of<Reason>({
    {Reason::kProbesExhausted, "", "Keepalive probes were not answered until the prober gave up.", ""},
    {Reason::kRetransmissionsExhausted, "", "The same data was retransmitted until the sender gave up.", ""},
    {Reason::kUserTimeout, "",
     "The sender gave up earlier than usual: TCP_USER_TIMEOUT, or a small TCP_KEEPCNT.", ""},
    {Reason::kAnswersLost, "", "The answers were captured, but did not reach the prober.",
     "Look for loss between the capture point and the prober."},
    {Reason::kFinExchanged, "", "FIN from both ends.", ""},
    {Reason::kResetAfterFin, "", "A FIN, and then a RST.", ""},
    {Reason::kConnectionRefused, "", "A RST answered the SYN: nothing listens on that port.", ""},
    {Reason::kAborted, "", "The application or its host aborted the connection.", ""},
    {Reason::kNoSocketReset, "",
     "The RST is the one that a host sends for a connection that it does not have.", ""},
    {Reason::kOtherMachine, "", "The RST came from another MAC address than the one that had the IP address.",
     ""},
    {Reason::kNumbersWentBack, "",
     "Sequence and acknowledgment numbers, and time stamps if there are, jumped back and met ACKs beyond "
     "them.",
     ""},
    {Reason::kRefusedByLiveService, "",
     "The SYN was answered with a RST, though the service kept a connection and accepted one within a "
     "minute.",
     "Check its limit of connections, and whether it still holds an old one of that client."},
    {Reason::kNatRebinding, "",
     "The RST answers a segment with the numbers of a connection that its sender has with another address "
     "or port.",
     "Let the NAT in between forget later, or send keepalive probes more often."},
    {Reason::kLargeUnacknowledged, "",
     "A large segment was not acknowledged five times or more, while small ones passed.", ""},
    {Reason::kHalfOpenDiscovered, "",
     "A SYN met an older connection of the same addresses and ports, which its sender no longer had.", ""},
    {Reason::kResetInHandshake, "", "A RST ended the connection before the handshake was complete.", ""},
    {Reason::kResetBySyn, "", "A SYN arrived inside the connection and ended it.", ""},
    {Reason::kTtlDiffers, "", "The RST's TTL differs from every other TTL of its sender.", ""},
    {Reason::kBothEndsReset, "", "RSTs went to both ends at the same time.", ""},
    {Reason::kOneWay, "", "Only one direction was captured.", "Capture both directions."},
    {Reason::kSuperseded, "",
     "Addresses and ports were used again; how this connection ended was not captured.", ""},
    {Reason::kCaptureLoss, "", "Frames are missing at the decisive moment.", "Use a larger --buffer-size."},
    {Reason::kNotAnalysed, "",
     "No segment could be analysed: cut, contradictory, or only quoted by ICMP errors.", ""},
    {Reason::kProbesUnanswered, "", "Keepalive probes were not answered.", ""},
    {Reason::kDataUnacknowledged, "", "Data was not acknowledged.", ""},
    {Reason::kProbesStopped, "", "Probes were answered so far, and none came when the next was due.", ""},
    {Reason::kProbeAnswered, "", "The last keepalive probe was answered.", ""},
    {Reason::kRecovered, "", "Answered again after unanswered probes or data.", ""},
    {Reason::kRecentTraffic, "", "There was traffic a short time ago.", ""},
    {Reason::kHeartbeat, "", "The application's heartbeat goes on.", ""},
    {Reason::kResetIgnored, "", "A RST was challenged (RFC 5961) or ignored: the connection stayed open.",
     "Find the sender of the RST: it may be forged."},
    {Reason::kProbesIgnored, "", "The peer answers no keepalive probe, but its data arrives.",
     "Rely on a heartbeat of the application with this peer."},
    {Reason::kAcceptedLater, "", "Refused at first, then accepted.", ""},
    {Reason::kNoKeepalive, "", "Silent, and no keepalive or heartbeat was seen.", ""},
    {Reason::kHeartbeatMissing, "",
     "No heartbeat for more than three of its periods, or for more than one when the other side closed.", ""},
    {Reason::kSameIdleTime, "", "Connections failed after the same idle time, and shorter ones survived.",
     ""},
    {Reason::kKnownTimeout, "",
     "Connections failed after silences that were all longer than a known timeout.", ""},
    {Reason::kTooManyOpen, "", "As many connections are open as --max-connections warns of.", ""},
    {Reason::kLinkDown, "", "The interface was down or gone.", ""},
    {Reason::kFramesLost, "", "The capture lost frames.",
     "Use a larger --buffer-size, a filter, or a smaller -s."},
    {Reason::kNoAnswer, "", "Nothing answered the SYN.", ""},
    {Reason::kSynIgnored, "", "The SYN met an older connection, and nothing came of it.", ""},
    {Reason::kUnreachable, "", "An ICMP error answered the SYN.", ""},
    {Reason::kReuseRace, "",
     "A request met the FIN of a side that was closing the idle connection, and was answered by a RST.",
     "Give the side that sends requests the shorter idle timer."},
    {Reason::kRequestAfterFin, "",
     "A request was sent long after the other side's FIN was acknowledged, and was answered by a RST.",
     "Make the application notice the end of the stream before it uses a connection again."},
    {Reason::kFinThenGone, "", "One side sent its FIN and vanished, and the other went on sending.",
     "Check why its host or process went, and that the other side notices the end of the stream."},
    {Reason::kResetWhenIdle, "",
     "A RST that nothing provoked ended a silent connection: an idle timeout, or an abort.",
     "Compare the silence with the idle timeouts of the application and of middleboxes on the path."},
    {Reason::kClosedWhenIdle, "", "Connections were closed in order after the same time without data.", ""},
    {Reason::kSynAckRepeated, "", "The SYN-ACK was repeated after the final ACK of the handshake.", ""},
    {Reason::kSynAckUnanswered, "", "The SYN-ACK was never answered.", ""},
    {Reason::kSynScan, "",
     "SYNs of a raw socket, reset by their own host once answered, or SYNs to many ports or hosts.", ""},
    {Reason::kUnrequested, "", "A RST answered a SYN-ACK that its sender never asked for.",
     "Look for a SYN flood with forged source addresses."},
});

constexpr auto kEvents = entries_of<EventKind>({
    {EventKind::kPeerDead, "critical", "A peer stopped answering; the other side gave up.",
     "Check the host and its links."},
    {EventKind::kPathDead, "critical",
     "What was sent was not answered, though the host was up, or both sides tried: the path between them "
     "failed.",
     "Check the path between them."},
    {EventKind::kHostRebooted, "critical",
     "A host lost connections that it had, and was silent in between for as long as a boot takes.",
     "Check its uptime and power."},
    {EventKind::kPeerRebooted, "critical", "A connection was lost because its peer rebooted.",
     "Check the host's uptime and power."},
    {EventKind::kHeartbeatStopped, "warning",
     "An application stopped its heartbeat while the connection was open.",
     "Find out whether the application hangs or its host is down."},
    {EventKind::kIdleTimeoutOnPath, "warning",
     "A middlebox between two hosts drops connections that are idle for a certain time.",
     "Set the keepalive idle time below it, or raise the middlebox's timeout."},
    {EventKind::kAddressConflict, "warning", "Two machines use one IP address.",
     "Find both machines by their MAC addresses, and give one of them another IP address."},
    {EventKind::kAddressMoved, "warning",
     "An IP address moved to another machine, which does not have its connections.",
     "Check whether a failover was meant (VRRP, keepalived, a floating address)."},
    {EventKind::kPathMtu, "warning", "Large segments of one side vanish on the path, and small ones pass.",
     "Compare the MTUs on the path, let ICMP packet-too-big messages pass, or clamp the MSS."},
    {EventKind::kPeerRestored, "warning",
     "A side was set back to an earlier state, as from a snapshot, and is refused.",
     "Restart the applications that hold connections after a machine was restored."},
    {EventKind::kMiddleboxReset, "warning", "A middlebox reset a connection.",
     "Find it, and compare its idle timeout with the silence before."},
    {EventKind::kMiddleboxRestarted, "warning",
     "Several hosts lost connections with one peer at once, at least half of those that were used then.",
     "Check the uptime and the failovers of the firewalls, NATs and load balancers in between."},
    {EventKind::kPeerLostState, "warning", "A peer no longer had a connection, without evidence of a reboot.",
     "Find out whether its process ended or its own timeout expired."},
    {EventKind::kProbesUnanswered, "warning", "A keepalive probe was not answered and was repeated.",
     "One loss is normal; the connection's verdict says how it went on."},
    {EventKind::kCapacityWarning, "warning", "A server's port has 80 % of the connections that it can hold.",
     "Find the clients that hold most idle ones, and enable keepalive on the server."},
    {EventKind::kCaptureGap, "warning", "Nothing, or not everything, was captured for a time.",
     "Find out why the link was down, or give the capture more memory."},
    {EventKind::kPeerRecovered, "info", "A peer answered again after unanswered probes.",
     "Look for an outage of the path at that time."},
    {EventKind::kOutage, "warning",
     "A side was not heard for 10 s or more while data was sent to it, and then acknowledged all of it.",
     "Look for an outage of the path, or of the host that was not heard, at that time."},
    {EventKind::kPeerReset, "info", "One side ended a connection with a RST.", ""},
    {EventKind::kVerdictChanged, "info", "Live: what an earlier event told no longer holds.",
     "Close the alarm that it raised."},
    {EventKind::kScan, "info",
     "A host tried ports or hosts to see which answer. SYNs without answer, and connections that end before "
     "anything is sent, are part of it.",
     "Find out who runs the scan, unless it is yours."},
    {EventKind::kHandshakeIncomplete, "warning",
     "A SYN was answered, but the connection never came to be open on both sides, though both went on.",
     "Look for a full accept queue, and for a firewall that drops one of the two directions."},
    {EventKind::kNoAnswer, "info", "A SYN was never answered.", "Check that the host is up and reachable."},
    {EventKind::kReuseRace, "warning",
     "A request was lost because it met the FIN of a side that was closing the idle connection.",
     "Give the side that sends requests the shorter idle timer."},
    {EventKind::kRequestAfterFin, "warning",
     "A request was lost because it was sent long after the other side had closed.",
     "Make the application notice the end of the stream before it uses a connection again."},
    {EventKind::kIdleClose, "info",
     "One side closes connections after the same time without data: its idle timer. By RST: a warning.",
     "Keep idle connections for a shorter time on the side that sends requests."},
});

constexpr auto kKinds = entries_of<SegmentKind>({
    {SegmentKind::kKeepaliveProbe, "",
     "A keepalive probe: 0 or 1 bytes just before the next sequence number.", ""},
    {SegmentKind::kKeepaliveAck, "", "The ACK that answers a keepalive probe.", ""},
    {SegmentKind::kKeepaliveAnswerData, "", "Data that answers a keepalive probe.", ""},
    {SegmentKind::kZeroWindowProbe, "", "A probe of a closed receive window, not a keepalive.", ""},
    {SegmentKind::kZeroWindowProbeAck, "", "The ACK that answers a probe of a closed window.", ""},
    {SegmentKind::kRetransmission, "", "Data, a SYN or a FIN that was sent before.", ""},
    {SegmentKind::kDuplicateFrame, "", "The same packet, captured twice (mirror port, bridge).", ""},
    {SegmentKind::kReordered, "", "Arrived after segments that were sent later.", ""},
});

constexpr auto kConfidences = entries_of<Confidence>({
    {Confidence::kHigh, "",
     "Strong evidence, or independent evidence that agrees; what speaks against it weighs less.", ""},
    {Confidence::kMedium, "", "The best explanation; another one is less likely.", ""},
    {Confidence::kLow, "", "Possible; never a critical event.", "Confirm it before you act on it."},
});

constexpr auto kSkipReasons = entries_of<SkipReason>({
    {SkipReason::kFiltered, "", "The capture filter (-f) rejected it.", ""},
    {SkipReason::kEmptyFrame, "", "The frame has no captured bytes.", ""},
    {SkipReason::kBadInterface, "", "Its record names an interface that the file does not declare.", ""},
    {SkipReason::kUnsupportedLinkType, "", "Its link type cannot be decoded.", ""},
    {SkipReason::kShortLinkHeader, "", "Captured bytes end inside the link layer's headers.",
     "Use a larger -s."},
    {SkipReason::kNotIp, "", "Not IP: ARP, LLDP and others.", ""},
    {SkipReason::kTooDeep, "", "More nested headers than any real packet has.", ""},
    {SkipReason::kCutIpHeader, "", "Captured bytes end inside the IP header or its extensions.",
     "Use a larger -s."},
    {SkipReason::kBadIpVersion, "", "The IP version is wrong.", ""},
    {SkipReason::kBadIpHeaderLength, "", "The IPv4 header length is impossible.", ""},
    {SkipReason::kBadIpLength, "", "The IP length is impossible.", ""},
    {SkipReason::kBadExtensionHeader, "", "An IPv6 extension header runs past the packet.", ""},
    {SkipReason::kFragment, "", "An IP fragment that did not complete its packet.", ""},
    {SkipReason::kIcmpQuote, "", "An ICMP error that quotes a TCP segment.", ""},
    {SkipReason::kNotTcp, "", "Not TCP: UDP, ICMP and others.", ""},
    {SkipReason::kEncrypted, "", "Encrypted (ESP).", "Capture before encryption or after decryption."},
    {SkipReason::kEncapsulated, "", "A tunnel whose content is not decoded.",
     "Capture outside of the tunnel."},
    {SkipReason::kCutHeader, "", "Captured bytes end inside the TCP header.", "Use a larger -s."},
    {SkipReason::kShortTcp, "", "The IP packet ends inside the TCP header.", ""},
});

constexpr auto kSections = std::to_array<GlossarySection>({
    {"verdict", "flows.csv, verdict", kVerdicts},
    {"event", "events.csv, event", kEvents},
    {"reason", "flows.csv and events.csv, reason", kReasons},
    {"confidence", "flows.csv and events.csv, confidence", kConfidences},
    {"cause", "flows.csv and events.csv, alternatives", kCauseGlossary},
    {"clue", "flows.csv and events.csv, evidence_for and evidence_against", kClueGlossary},
    {"kind", "segments.csv, kind", kKinds},
    {"skip reason", "capture.csv, skipped_reasons", kSkipReasons},
});

}  // namespace

std::span<const GlossarySection> glossary() {
    return kSections;
}

std::optional<std::string> explain_code(std::string_view code) {
    std::string text;
    for (const GlossarySection& section : kSections) {
        const auto entry = std::ranges::find(section.entries, code, &GlossaryEntry::code);
        if (entry == section.entries.end()) continue;
        fmt::format_to(std::back_inserter(text), "{} ({}{}{}; {})\n  {}\n", code, section.kind,
                       entry->severity.empty() ? "" : ", ", entry->severity, section.found_in,
                       entry->meaning);
        if (!entry->advice.empty()) fmt::format_to(std::back_inserter(text), "  {}\n", entry->advice);
    }
    return text.empty() ? std::nullopt : std::optional(text);
}

std::string glossary_as_markdown() {
    std::string out;
    for (const GlossarySection& section : kSections) {
        fmt::format_to(std::back_inserter(out), "{}### {}\n\n| {} | meaning | what to do |\n|---|---|---|\n",
                       out.empty() ? "" : "\n", section.found_in, section.kind);
        for (const GlossaryEntry& entry : section.entries) {
            fmt::format_to(std::back_inserter(out), "| `{}`{}{} | {} | {} |\n", entry.code,
                           entry.severity.empty() ? "" : ", ", entry.severity, entry.meaning, entry.advice);
        }
    }
    return out;
}

}  // namespace deadpeer
