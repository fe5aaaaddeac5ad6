// Each verdict and reason, as a whole sentence.

#include "report/explanation.h"
#include "report/sample_rows.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

// Between 10.0.0.1:40000, the initiator, and 10.0.0.2:50000.
FlowSummary judged(Verdict verdict, Reason reason, Confidence confidence) {
    FlowSummary flow = sample_flow(0);
    flow.verdict = verdict;
    flow.reason = reason;
    flow.confidence = confidence;
    flow.failed_side_known = true;
    return flow;
}

// The responder answered nothing after a minute.
FlowSummary dead(Reason reason, Confidence confidence, Signs signs) {
    FlowSummary flow = judged(Verdict::kPeerDead, reason, confidence);
    flow.signs = signs;
    flow.initiator_side.probes = 7;
    flow.unanswered = 5;
    flow.unanswered_interval = 10 * kSecond;
    flow.half_open = 111'229 * kMillisecond;
    flow.idle_at_failure = 60'029 * kMillisecond;
    return flow;
}

std::string sentence(const FlowSummary& flow) {
    Explanation out;
    return explain(out, flow).text;
}

}  // namespace

TEST_CASE("peer_dead, probes_exhausted") {
    FlowSummary flow = dead(Reason::kProbesExhausted, Confidence::kHigh, kSignProberReset);
    flow.idle_survived = 60 * kSecond;
    CHECK(
        sentence(flow) ==
        "10.0.0.2:50000 is dead or unreachable: after 60 s of silence it answered none of 5 keepalive probes "
        "of 10.0.0.1:40000, 10 s apart, and 10.0.0.1:40000 gave up with a RST 111 s after 10.0.0.2:50000 was "
        "last heard; it had come through silences as long before, so look at 10.0.0.2 and its links, not for "
        "an idle timeout");

    flow.idle_survived = 30'900 * kMillisecond;
    flow.signs |= kSignIcmpUnreachable;
    CHECK(
        sentence(flow) ==
        "10.0.0.2:50000 is dead or unreachable: after 60 s of silence it answered none of 5 keepalive probes "
        "of 10.0.0.1:40000, 10 s apart, and 10.0.0.1:40000 gave up with a RST 111 s after 10.0.0.2:50000 was "
        "last heard, while an ICMP error called it unreachable; look at 10.0.0.2 and its links");

    flow = dead(Reason::kProbesExhausted, Confidence::kMedium, kSignCaptureLoss | kSignTimeWentBack);
    flow.failed_side_initiator = true;
    flow.responder_side.keepalive.exponential = true;
    flow.idle_at_failure = 7200 * kSecond;
    flow.path_timeout = 3600 * kSecond;
    flow.half_open = 7650 * kSecond;
    CHECK(
        sentence(flow) ==
        "10.0.0.1:40000 is dead or unreachable: after 2 h of silence it answered none of 5 keepalive probes "
        "of 10.0.0.2:50000, the time between them doubling up to 10 s, and 10.0.0.2:50000 had sent no more "
        "by "
        "2 h 7 min after 10.0.0.1:40000 was last heard; the capture lost frames, so an answer may be missing "
        "from it; the capture's clock was set back meanwhile, so durations may be wrong; not certain, a ping "
        "of 10.0.0.1 settles it; if 10.0.0.1 is up, a middlebox may have forgotten the idle connection (1 h "
        "is a known idle timeout): keepalive is slower than the path, so set TCP_KEEPIDLE "
        "(net.ipv4.tcp_keepalive_time) at most 30 min on 10.0.0.2; to notice such a death within a minute "
        "set SO_KEEPALIVE with TCP_KEEPIDLE 30, TCP_KEEPINTVL 10 and "
        "TCP_KEEPCNT 3 on 10.0.0.2");
}

TEST_CASE("peer_dead, retransmissions_exhausted") {
    FlowSummary flow = dead(Reason::kRetransmissionsExhausted, Confidence::kMedium, 0);
    flow.initiator_side.probes = 0;
    flow.idle_at_failure = 20 * kMillisecond;
    flow.half_open = 924'600 * kMillisecond;
    flow.unanswered = 15;
    flow.tries = Tries::kData;
    CHECK(sentence(flow) ==
          "10.0.0.2:50000 is dead or unreachable: after 20 ms of silence it acknowledged none of 15 "
          "transmissions of the same data by 10.0.0.1:40000, and 10.0.0.1:40000 had sent no more by 15 min "
          "25 s "
          "after 10.0.0.2:50000 was last heard; not certain, a ping of 10.0.0.2 settles it; look at 10.0.0.2 "
          "and its links; TCP_USER_TIMEOUT on 10.0.0.1 bounds such a wait");

    flow.confidence = Confidence::kHigh;
    flow.signs = kSignProberReset;
    flow.half_open = 20 * kSecond;
    flow.idle_at_failure = 8 * kSecond;
    CHECK(
        sentence(flow) ==
        "10.0.0.2:50000 is dead or unreachable: after 8 s of silence it acknowledged none of 15 "
        "transmissions "
        "of the same data by 10.0.0.1:40000, and 10.0.0.1:40000 gave up with a RST 20 s after 10.0.0.2:50000 "
        "was last heard; look at 10.0.0.2 and its links");

    flow.idle_at_failure = 400 * kSecond;
    flow.path_timeout = 240 * kSecond;
    CHECK(sentence(flow).ends_with(
        "; if 10.0.0.2 is up, a middlebox may have forgotten the idle connection (4 min is a known idle "
        "timeout): keepalive seems off, so set SO_KEEPALIVE and TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) "
        "at "
        "most 3 min on 10.0.0.1"));
    flow.heartbeat_period = 390 * kSecond;
    CHECK(sentence(flow).ends_with("let the application's heartbeat come more often than every 4 min"));
    flow.idle_survived = 399 * kSecond;
    CHECK(sentence(flow).find("middlebox") == std::string::npos);
    flow.idle_at_failure = 8 * kSecond;

    flow.unanswered = 5;
    flow.unanswered_interval = 2 * kSecond;
    CHECK(sentence(flow).find(
              ", sooner than systems do by default, which fits a small net.ipv4.tcp_retries2 or a "
              "TCP_USER_TIMEOUT between 8 s and 12 s; ") != std::string::npos);
    flow.unanswered = 6;
    CHECK(sentence(flow).find("TCP_USER_TIMEOUT") == std::string::npos);
}

TEST_CASE("peer_dead, user_timeout: the timeout that fits") {
    FlowSummary flow = dead(Reason::kUserTimeout, Confidence::kMedium, kSignProberReset);
    flow.unanswered = 2;
    flow.tries = Tries::kProbes;
    flow.unanswered_interval = kSecond;
    flow.idle_at_failure = 2 * kSecond;
    flow.half_open = 4100 * kMillisecond;
    CHECK(
        sentence(flow) ==
        "10.0.0.2:50000 is dead or unreachable: after 2 s of silence it answered none of 2 keepalive probes "
        "of "
        "10.0.0.1:40000, and 10.0.0.1:40000 gave up with a RST 4.1 s after 10.0.0.2:50000 was last heard, "
        "before a usual number of them, which fits a TCP_USER_TIMEOUT between 3.1 s and 4.1 s; not certain, "
        "a "
        "ping of 10.0.0.2 settles it; look at 10.0.0.2 and its links, and raise TCP_USER_TIMEOUT on 10.0.0.1 "
        "if they recover from outages longer than that");
    // Data counts from when it was sent first, whether or not a RST tells of the end.
    flow.tries = Tries::kData;
    CHECK(sentence(flow).find(
              " it acknowledged none of 2 transmissions of the same data by 10.0.0.1:40000, ") !=
          std::string::npos);
    CHECK(sentence(flow).find("which fits a TCP_USER_TIMEOUT between 100 ms and 2.1 s;") !=
          std::string::npos);
    flow.signs = 0;
    CHECK(sentence(flow).find("which fits a TCP_USER_TIMEOUT between 100 ms and 2.1 s;") !=
          std::string::npos);
    flow.unanswered_interval = 3 * kSecond;
    CHECK(sentence(flow).find("which fits a TCP_USER_TIMEOUT of at most 2.1 s;") != std::string::npos);
    flow.unanswered_interval = kNoTime;
    CHECK(sentence(flow).find("which fits a TCP_USER_TIMEOUT;") != std::string::npos);
}

TEST_CASE("peer_dead, window probes") {
    FlowSummary flow = dead(Reason::kRetransmissionsExhausted, Confidence::kMedium, 0);
    flow.tries = Tries::kWindowProbes;
    CHECK(sentence(flow).find(" it answered none of 5 window probes of 10.0.0.1:40000, ") !=
          std::string::npos);
}

TEST_CASE("middlebox_reset") {
    FlowSummary flow = judged(Verdict::kMiddleboxReset, Reason::kTtlDiffers, Confidence::kMedium);
    flow.signs = kSignTtlDiffers;
    flow.idle_at_failure = 350 * kSecond;
    flow.idle_survived = 240 * kSecond;
    flow.path_timeout = 350 * kSecond;
    CHECK(sentence(flow) ==
          "Probably a box on the path, not 10.0.0.2:50000, reset the connection of 10.0.0.1:40000 after 350 "
          "s of "
          "silence: the RST has a TTL that no other segment from 10.0.0.2 had (a capture beside 10.0.0.2 "
          "settles it: it has no such RST); keepalive seems off, so set SO_KEEPALIVE and TCP_KEEPIDLE "
          "(net.ipv4.tcp_keepalive_time) at most 5 min on 10.0.0.1");
    flow.signs |= kSignBothEndsReset;
    flow.confidence = Confidence::kHigh;
    flow.idle_at_failure = kNoTime;
    CHECK(
        sentence(flow) ==
        "A box on the path, not 10.0.0.2:50000, reset the connection of 10.0.0.1:40000: the RST has a TTL "
        "that no other segment from 10.0.0.2 had, and RSTs went to both ends within 50 ms; look at the rules "
        "and logs of the firewalls and load balancers in between");
}

TEST_CASE("peer_rebooted: a RST alone proves no reboot") {
    FlowSummary flow = judged(Verdict::kPeerRebooted, Reason::kNoSocketReset, Confidence::kLow);
    flow.idle_at_failure = 60 * kSecond;
    flow.half_open = 80 * kSecond;
    const std::string seen =
        "10.0.0.2:50000 lost the connection: after 60 s of silence it answered 10.0.0.1:40000 with a RST "
        "that "
        "says it knows no such connection, 80 s after its last sign of life; ";
    CHECK(sentence(flow) == seen +
                                "a reboot, a process that ended or a NAT that forgot the connection look the "
                                "same here, and the uptime of 10.0.0.2 settles it");
    flow.confidence = Confidence::kMedium;
    flow.signs = kSignHostSilent;
    CHECK(sentence(flow) ==
          seen +
              "nothing else was heard of it in between: a reboot is likely, and the uptime of "
              "10.0.0.2 settles it");
    flow.confidence = Confidence::kHigh;
    flow.signs = kSignOthersLost | kSignAnnouncement | kSignNewConnections;
    CHECK(sentence(flow) ==
          seen +
              "other connections of the host ended likewise, the host announced itself (ARP, "
              "DHCP or IPv6 DAD), it opened a burst of new connections: a reboot is very "
              "likely, and the uptime of 10.0.0.2 settles it");
}

TEST_CASE("peer_lost_state") {
    FlowSummary flow = judged(Verdict::kPeerLostState, Reason::kNoSocketReset, Confidence::kMedium);
    flow.signs = kSignOlderSurvives;
    flow.initiator_side.probes = 1;
    flow.idle_at_failure = flow.half_open = 9133 * kMillisecond;
    CHECK(sentence(flow) ==
          "10.0.0.2:50000 forgot the connection but its host is up: after 9.1 s of silence it answered "
          "10.0.0.1:40000 with a RST that says it knows no such connection, while an older connection of "
          "10.0.0.2 carries on; its own keepalive or TCP_USER_TIMEOUT gave up, its process ended, or a NAT "
          "forgot it: its log settles it");
    flow.idle_at_failure = flow.half_open = 600 * kSecond;
    flow.path_timeout = 600 * kSecond;
    CHECK(sentence(flow).ends_with(
        "and against a NAT set SO_KEEPALIVE and TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) at most 5 min on "
        "10.0.0.1"));
}

TEST_CASE("peer_reset: aborted, refused, no longer there") {
    CHECK(sentence(judged(Verdict::kPeerReset, Reason::kAborted, Confidence::kHigh)) ==
          "10.0.0.2:50000 aborted the connection of 10.0.0.1:40000: its RST is not that of a "
          "host without the connection, so its application aborted, or closed with data unread; look in the "
          "log "
          "of its application");
    CHECK(
        sentence(judged(Verdict::kPeerReset, Reason::kConnectionRefused, Confidence::kHigh)) ==
        "10.0.0.2:50000 refused the connection of 10.0.0.1:40000: it answered the SYN with a RST, so nothing "
        "listens there or a firewall rejects it; start the service or open the port");
    FlowSummary flow = judged(Verdict::kPeerReset, Reason::kNoSocketReset, Confidence::kHigh);
    CHECK(
        sentence(flow) ==
        "10.0.0.2:50000 no longer had the connection of 10.0.0.1:40000: it answered a segment with a RST "
        "that says so, and the capture does not tell for how long it had been silent, so its process ended, "
        "its host rebooted or a NAT forgot the connection; look in the log of its application");
    flow.half_open = 200 * kMillisecond;
    CHECK(sentence(flow).find(
              " that says so, without having been silent, so its process ended or closed early; ") !=
          std::string::npos);
}

TEST_CASE("suspect") {
    FlowSummary flow = judged(Verdict::kSuspect, Reason::kProbesUnanswered, Confidence::kLow);
    flow.unanswered = 1;
    flow.idle_at_failure = flow.half_open = 2 * kSecond;
    CHECK(sentence(flow) ==
          "10.0.0.2:50000 may be dead: after 2 s of silence it did not answer a keepalive probe of "
          "10.0.0.1:40000, sent 2 s after 10.0.0.2:50000 was last heard, which is too few or too late in "
          "the capture to be sure; ping 10.0.0.2 or capture for longer");
    flow.reason = Reason::kDataUnacknowledged;
    flow.tries = Tries::kData;
    flow.idle_at_failure = flow.half_open;
    CHECK(
        sentence(flow).starts_with("10.0.0.2:50000 may be dead: after 2 s of silence it did not acknowledge "
                                   "data by 10.0.0.1:40000, sent "));
    flow.unanswered = 2;
    flow.idle_at_failure = kNoTime;
    flow.signs = kSignCaptureLoss;
    CHECK(
        sentence(flow) ==
        "10.0.0.2:50000 may be dead: it acknowledged none of 2 transmissions of the same data by "
        "10.0.0.1:40000, "
        "the last 2 s after 10.0.0.2:50000 was last heard, which is too few or too late in the capture to be "
        "sure; the capture lost frames, so an answer may be missing from it; ping 10.0.0.2 or capture for "
        "longer");
    flow = judged(Verdict::kSuspect, Reason::kProbesStopped, Confidence::kLow);
    flow.responder_side.probes = flow.responder_side.probes_answered = 3;
    flow.responder_side.keepalive.idle = 60 * kSecond;
    flow.silent_at_end = 400 * kSecond;
    CHECK(
        sentence(flow) ==
        "10.0.0.2:50000 may be dead: its keepalive probes, due after 60 s of silence, were answered but then "
        "stopped, and nothing was seen in the last 400 s of the capture; see whether 10.0.0.2 is up, or "
        "whether the capture lost frames");
}

TEST_CASE("alive") {
    FlowSummary flow = judged(Verdict::kAlive, Reason::kProbeAnswered, Confidence::kHigh);
    flow.initiator_side.probes = 5;
    flow.initiator_side.probes_answered = 4;
    flow.initiator_side.keepalive.idle = 60 * kSecond;
    flow.probe_rtt_median = 20 * kMillisecond;
    CHECK(sentence(flow) ==
          "Both sides live: 4 of 5 keepalive probes of 10.0.0.1:40000, sent after 60 s of silence, were "
          "answered, typically within 20 ms; nothing to do");
    flow.initiator_side.keepalive.idle = 240 * kSecond + 1;
    flow.responder_side.probes = flow.responder_side.probes_answered = 1;
    flow.probe_rtt_median = kNoTime;
    CHECK(sentence(flow) ==
          "Both sides live: 4 of 5 keepalive probes of 10.0.0.1:40000, sent after 4 min of silence, were "
          "answered and 1 of 1 keepalive probe of 10.0.0.2:50000 was answered; firewalls and load balancers "
          "forget a connection sooner than that (often after 4 min), so set TCP_KEEPIDLE "
          "(net.ipv4.tcp_keepalive_time) to 180 if one is on the path");
    flow.responder_side.keepalive.idle = 30 * kSecond;
    CHECK(sentence(flow).ends_with(
        " of 10.0.0.2:50000, sent after 30 s of silence, was answered; nothing to do"));
    CHECK(
        sentence(judged(Verdict::kAlive, Reason::kProbeAnswered, Confidence::kHigh)) ==
        "Both sides live, but one has closed its window and the other's window probes find it closed still; "
        "look why the application there does not read");
    flow.reason = Reason::kRecovered;
    flow.responder_side.probes = 0;
    CHECK(sentence(flow) ==
          "Both sides live: 4 of 5 keepalive probes of 10.0.0.1:40000, sent after 4 min of silence, were "
          "answered, the last of them after others that were not; look for an outage of the path at that "
          "time (events.csv: peer_recovered)");
    CHECK(sentence(judged(Verdict::kAlive, Reason::kRecentTraffic, Confidence::kHigh)) ==
          "Both sides live: segments passed until shortly before the end of the capture; nothing to do");
    CHECK(sentence(judged(Verdict::kAlive, Reason::kResetIgnored, Confidence::kHigh)) ==
          "Both sides live: a RST came but its receiver did not accept it (RFC 5961) and the connection went "
          "on; look who sends such a RST, it may be forged or late");
}

TEST_CASE("a connection with a heartbeat is not called unprotected") {
    FlowSummary flow = judged(Verdict::kAlive, Reason::kHeartbeat, Confidence::kHigh);
    flow.heartbeat_period = 30 * kSecond;
    flow.heartbeat_by_responder = true;
    CHECK(sentence(flow) ==
          "Both sides live: 10.0.0.2:50000 sends a small message every 30 s, a heartbeat of the application, "
          "so "
          "a death is noticed without TCP keepalive; nothing to do");
    flow.heartbeat_by_initiator = true;
    CHECK(sentence(flow).starts_with(
        "Both sides live: 10.0.0.1:40000 and 10.0.0.2:50000 exchange a small message every 30 s,"));
    flow.verdict = Verdict::kIdle;
    flow.reason = Reason::kNoKeepalive;
    flow.silent_at_end = 100 * kSecond;
    CHECK(
        sentence(flow) ==
        "Open but silent for the last 100 s: the application's heartbeat, every 30 s before, has stopped and "
        "no keepalive probe was seen; look why it stopped, and set SO_KEEPALIVE on the side that must notice "
        "a death");
}

TEST_CASE("idle") {
    FlowSummary flow = judged(Verdict::kIdle, Reason::kNoKeepalive, Confidence::kHigh);
    flow.silent_at_end = 3600 * kSecond;
    flow.longest_idle = 7300 * kSecond;
    CHECK(sentence(flow) ==
          "Open but silent for the last 1 h without a keepalive probe or a heartbeat: keepalive is off or "
          "waits "
          "longer than 2 h 1 min, so nothing would notice if 10.0.0.1:40000 or 10.0.0.2:50000 died; set "
          "SO_KEEPALIVE and TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) 180 on the side that must notice, for "
          "boxes on the path often forget a connection after 4 min");
}

TEST_CASE("closed, unknown, not judged") {
    CHECK(sentence(judged(Verdict::kClosed, Reason::kFinExchanged, Confidence::kHigh)) ==
          "Closed in order with a FIN from both sides; nothing to do");
    CHECK(sentence(judged(Verdict::kClosed, Reason::kResetAfterFin, Confidence::kHigh)) ==
          "Closed: after a FIN the rest was cut off with a RST, as when data arrives that nobody reads any "
          "more; nothing to do unless that data matters");
    FlowSummary missed = judged(Verdict::kClosed, Reason::kFinExchanged, Confidence::kHigh);
    missed.heartbeat_missed = true;
    CHECK(sentence(missed) ==
          "Closed in order with a FIN from both sides; but the heartbeat of one application has stopped: see "
          "whether it hangs (events.csv: heartbeat_stopped)");
    FlowSummary flow = judged(Verdict::kUnknown, Reason::kOneWay, Confidence::kNone);
    flow.responder_side.segments = 3;
    CHECK(sentence(flow) ==
          "What became of it cannot be told: only segments from 10.0.0.2:50000 were captured and none from "
          "10.0.0.1:40000; capture where both directions pass");
    CHECK(
        sentence(judged(Verdict::kUnknown, Reason::kSuperseded, Confidence::kNone)) ==
        "How it ended was not captured: the same addresses and ports were used for a new connection before a "
        "FIN or RST of this one was seen; look for frames that the capture lost, or whether 10.0.0.1 "
        "restarted");
    CHECK(
        sentence(judged(Verdict::kUnknown, Reason::kCaptureLoss, Confidence::kNone)) ==
        "What became of it cannot be told: one side fell silent where the capture lost frames; capture again "
        "with a larger buffer or a filter");
    CHECK(
        sentence(judged(Verdict::kUnknown, Reason::kNotAnalysed, Confidence::kNone)) ==
        "What became of it cannot be told: none of its segments could be analysed, because they were cut, "
        "contradict themselves or were only quoted by ICMP errors; capture whole headers where its segments "
        "pass");
    CHECK(sentence(sample_flow(0)).empty());
}

TEST_CASE("a side whose heartbeat stopped is not passed over, however much lives") {
    FlowSummary flow = judged(Verdict::kAlive, Reason::kHeartbeat, Confidence::kHigh);
    flow.heartbeat_by_initiator = true;
    flow.heartbeat_period = 60 * kSecond;
    CHECK(sentence(flow).ends_with("noticed without TCP keepalive; nothing to do"));
    flow.heartbeat_missed = true;
    CHECK(
        sentence(flow).ends_with("noticed without TCP keepalive; but the heartbeat of one application has "
                                 "stopped: see whether it hangs "
                                 "(events.csv: heartbeat_stopped)"));
}

TEST_CASE("a silence by a clock that was set back says so") {
    FlowSummary flow = judged(Verdict::kIdle, Reason::kNoKeepalive, Confidence::kLow);
    flow.silent_at_end = 60 * kSecond;
    flow.signs = kSignTimeWentBack;
    CHECK(sentence(flow) ==
          "Open but silent for the last 60 s, as it seems: the capture's clock was set back meanwhile, so "
          "neither "
          "its silences nor its keepalive can be told; capture again with a clock that is left alone");
}

TEST_CASE("window probes that stop are no keepalive") {
    FlowSummary flow = judged(Verdict::kSuspect, Reason::kProbesStopped, Confidence::kLow);
    flow.silent_at_end = 600 * kSecond;
    CHECK(sentence(flow) ==
          "One side may be dead: the other had closed its window, but its window probes stopped and nothing "
          "was "
          "seen in the last 10 min of the capture; see whether both 10.0.0.1 and 10.0.0.2 are up, or whether "
          "the "
          "capture lost frames");
}

TEST_CASE("one side has closed and the other has not") {
    FlowSummary flow = judged(Verdict::kIdle, Reason::kNoKeepalive, Confidence::kHigh);
    flow.silent_at_end = 3600 * kSecond;
    flow.responder_side.sent_fin = true;
    CHECK(
        sentence(flow) ==
        "Open but silent for the last 1 h: 10.0.0.2:50000 sent its FIN and 10.0.0.1:40000 has not closed its "
        "side since; look whether the application on 10.0.0.1 forgets to close connections (CLOSE_WAIT)");
    flow.initiator_side.sent_fin = true;
    CHECK(sentence(flow).find("CLOSE_WAIT") == std::string::npos);
}
