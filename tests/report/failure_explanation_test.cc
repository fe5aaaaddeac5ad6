// Each verdict and reason of a failure: what happened, the evidence, the advice.

#include "report/explained.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

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

bool says(const FlowSummary& flow, const std::string& words) {
    return explained(flow).find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("peer_dead, probes_exhausted") {
    FlowSummary flow = dead(Reason::kProbesExhausted, Confidence::kHigh, kSignProberReset);
    flow.idle_survived = 60 * kSecond;
    CHECK(explained(flow) ==
          "10.0.0.2:50000 stopped responding, and 10.0.0.1:40000 gave up with a RST 111 s after its last "
          "segment.\n"
          "After 60 s of silence it did not answer 5 keepalive probes from 10.0.0.1:40000, 10 s apart. The "
          "connection had survived a silence as long before.\n"
          "Check host 10.0.0.2 and its links, not idle timeouts.");

    flow.idle_survived = 30'900 * kMillisecond;
    flow.signs |= kSignIcmpUnreachable;
    CHECK(explained(flow) ==
          "10.0.0.2:50000 stopped responding, and 10.0.0.1:40000 gave up with a RST 111 s after its last "
          "segment.\n"
          "After 60 s of silence it did not answer 5 keepalive probes from 10.0.0.1:40000, 10 s apart. An "
          "ICMP error called 10.0.0.2 unreachable.\n"
          "Check host 10.0.0.2 and its links.");
}

TEST_CASE("peer_dead: what makes it doubtful, and a middlebox that may explain it") {
    FlowSummary flow =
        dead(Reason::kProbesExhausted, Confidence::kMedium, kSignCaptureLoss | kSignTimeWentBack);
    flow.failed_side_initiator = true;
    flow.responder_side.keepalive.exponential = true;
    flow.idle_at_failure = 7200 * kSecond;
    flow.path_timeout = 3600 * kSecond;
    flow.half_open = 7650 * kSecond;
    CHECK(explained(flow) ==
          "10.0.0.1:40000 stopped responding, and 10.0.0.2:50000 had given up 2 h 7 min after its last "
          "segment.\n"
          "After 2 h of silence it did not answer 5 keepalive probes from 10.0.0.2:50000, the time between "
          "them doubling up to 10 s. No more followed. The capture lost frames, so an answer may be missing "
          "from it. The capture clock was set back meanwhile, so durations may be wrong.\n"
          "Ping 10.0.0.1 to confirm. If 10.0.0.1 is up, a middlebox may have dropped the idle connection (1 "
          "h is a known idle timeout). Keepalive comes later than the idle timeout of the path: set "
          "TCP_KEEPIDLE "
          "(net.ipv4.tcp_keepalive_time) to at most 30 min on 10.0.0.2. To notice such a death within a "
          "minute, set SO_KEEPALIVE with TCP_KEEPIDLE 30, TCP_KEEPINTVL 10 and TCP_KEEPCNT 3 on 10.0.0.2.");
}

TEST_CASE("peer_dead: a side that spoke again later was away") {
    CHECK(
        explained(dead(Reason::kProbesExhausted, Confidence::kMedium, kSignProberReset | kSignSpokeLater)) ==
        "10.0.0.2:50000 stopped responding, and 10.0.0.1:40000 gave up with a RST 111 s after its last "
        "segment.\n"
        "After 60 s of silence it did not answer 5 keepalive probes from 10.0.0.1:40000, 10 s apart. "
        "10.0.0.2:50000 spoke again later, so it was away, or its stack or the path to 10.0.0.1 lost its "
        "answers.\n"
        "Check 10.0.0.2 and the path to 10.0.0.1 at that time.");
}

TEST_CASE("peer_dead, answers_lost") {
    CHECK(explained(dead(Reason::kAnswersLost, Confidence::kMedium, kSignProberReset)) ==
          "10.0.0.2:50000 seemed dead to 10.0.0.1:40000, which reset the connection.\n"
          "Its answers to the last 5 keepalive probes, 10 s apart, are in the capture. 10.0.0.1:40000 sent a "
          "RST when the next probe was due, as a prober does that got no answer.\n"
          "Check the path from the capture point to 10.0.0.1.");
}

TEST_CASE("peer_dead, retransmissions_exhausted") {
    FlowSummary flow = dead(Reason::kRetransmissionsExhausted, Confidence::kMedium, 0);
    flow.initiator_side.probes = 0;
    flow.idle_at_failure = 20 * kMillisecond;
    flow.half_open = 924'600 * kMillisecond;
    flow.unanswered = 15;
    flow.tries = Tries::kData;
    CHECK(explained(flow) ==
          "10.0.0.2:50000 stopped responding, and 10.0.0.1:40000 had given up 15 min 25 s after its last "
          "segment.\n"
          "After 20 ms of silence it did not acknowledge 15 transmissions of the same data from "
          "10.0.0.1:40000. No more followed.\n"
          "Ping 10.0.0.2 to confirm. Check host 10.0.0.2 and its links. To bound such a wait, set "
          "TCP_USER_TIMEOUT on 10.0.0.1.");

    flow.confidence = Confidence::kHigh;
    flow.signs = kSignProberReset;
    flow.half_open = 20 * kSecond;
    flow.idle_at_failure = 8 * kSecond;
    CHECK(explained(flow).ends_with("\nCheck host 10.0.0.2 and its links."));

    flow.idle_at_failure = 400 * kSecond;
    flow.path_timeout = 240 * kSecond;
    CHECK(explained(flow).ends_with(
        "\nIf 10.0.0.2 is up, a middlebox may have dropped the idle connection (4 min is a known idle "
        "timeout). Keepalive seems off: set SO_KEEPALIVE and TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) to "
        "at most 3 min on 10.0.0.1."));
    flow.heartbeat_period = 390 * kSecond;
    CHECK(explained(flow).ends_with(
        " To keep the path open, send the application's heartbeat more often than every 4 min."));
    flow.idle_survived = 399 * kSecond;
    CHECK_FALSE(says(flow, "middlebox"));
    flow.idle_at_failure = 8 * kSecond;

    flow.unanswered = 5;
    flow.unanswered_interval = 2 * kSecond;
    CHECK(says(flow,
               " Systems give up later by default, so this fits a small net.ipv4.tcp_retries2 or a "
               "TCP_USER_TIMEOUT between 8 s and 12 s."));
    flow.unanswered = 6;
    CHECK_FALSE(says(flow, "TCP_USER_TIMEOUT"));
}

TEST_CASE("peer_dead, user_timeout: the timeout that fits") {
    FlowSummary flow = dead(Reason::kUserTimeout, Confidence::kMedium, kSignProberReset);
    flow.unanswered = 2;
    flow.tries = Tries::kProbes;
    flow.unanswered_interval = kSecond;
    flow.idle_at_failure = 2 * kSecond;
    flow.half_open = 4100 * kMillisecond;
    CHECK(explained(flow) ==
          "10.0.0.2:50000 stopped responding, and 10.0.0.1:40000 gave up with a RST 4.1 s after its last "
          "segment.\n"
          "After 2 s of silence it did not answer 2 keepalive probes from 10.0.0.1:40000. That is fewer than "
          "usual, which fits TCP_KEEPCNT 2 or a TCP_USER_TIMEOUT between 3.1 s and 4.1 s.\n"
          "Ping 10.0.0.2 to confirm. Check host 10.0.0.2 and its links. If longer outages heal by "
          "themselves, raise TCP_KEEPCNT or TCP_USER_TIMEOUT on 10.0.0.1.");
    // Data counts from when it was sent first, whether or not a RST tells of the end.
    flow.tries = Tries::kData;
    CHECK(says(flow, " it did not acknowledge 2 transmissions of the same data from 10.0.0.1:40000."));
    CHECK(says(flow, " which fits a TCP_USER_TIMEOUT between 100 ms and 2.1 s."));
    flow.signs = 0;
    CHECK(says(flow, " which fits a TCP_USER_TIMEOUT between 100 ms and 2.1 s."));
    flow.unanswered_interval = 3 * kSecond;
    CHECK(says(flow, " which fits a TCP_USER_TIMEOUT of at most 2.1 s."));
    flow.unanswered_interval = kNoTime;
    CHECK(says(flow, " which fits a TCP_USER_TIMEOUT."));
}

TEST_CASE("peer_dead, window probes: who waits for a window is not idle") {
    FlowSummary flow = dead(Reason::kRetransmissionsExhausted, Confidence::kMedium, 0);
    flow.tries = Tries::kWindowProbes;
    flow.path_timeout = 60 * kSecond;
    CHECK(says(flow, " it did not answer 5 window probes from 10.0.0.1:40000."));
    CHECK_FALSE(says(flow, "middlebox"));
}

TEST_CASE("path_dead") {
    FlowSummary flow = dead(Reason::kProbesExhausted, Confidence::kHigh, kSignProberReset);
    flow.verdict = Verdict::kPathDead;
    CHECK(explained(flow) ==
          "The path between 10.0.0.1:40000 and 10.0.0.2:50000 failed in both directions.\n"
          "Both sides sent keepalive probes, and neither was answered. 10.0.0.2:50000 did not answer the "
          "last 5, 10 s apart, and 10.0.0.1:40000 gave up with a RST 111 s after its last segment.\n"
          "Check the links and firewalls in between.");
    flow.signs |= kSignHostHeard;
    CHECK(explained(flow) ==
          "10.0.0.2:50000 stopped responding on this connection, but its host is up.\n"
          "After 60 s of silence it did not answer 5 keepalive probes from 10.0.0.1:40000, and "
          "10.0.0.1:40000 gave up with a RST 111 s after its last segment. Meanwhile other frames came from "
          "10.0.0.2.\n"
          "Check the firewalls and NATs in between, and the process behind port 50000 of 10.0.0.2.");
}

TEST_CASE("no_answer") {
    FlowSummary flow = judged(Verdict::kNoAnswer, Reason::kNoAnswer, Confidence::kHigh);
    flow.unanswered = 3;
    CHECK(explained(flow) ==
          "10.0.0.1:40000 could not connect to 10.0.0.2:50000.\n"
          "10.0.0.2:50000 did not answer 3 SYNs.\n"
          "Check that 10.0.0.2 is up and that no firewall drops the SYN on its way.");
    flow.reason = Reason::kUnreachable;
    CHECK(explained(flow).ends_with(
        "\n10.0.0.2:50000 did not answer 3 SYNs. An ICMP error called it unreachable.\n"
        "Find the sender of the ICMP error (evidence_frames in events.csv) and the cause."));
    flow.reason = Reason::kSynIgnored;
    CHECK(explained(flow).ends_with(
        " It still had an older connection with the same addresses and ports, and answered from that one "
        "(RFC 5961).\n"
        "Find out why 10.0.0.1 uses the port again."));
    flow.reason = Reason::kResetIgnored;
    CHECK(explained(flow).ends_with(
        " A RST came, but it does not acknowledge the SYN, so nobody accepts it (RFC 9293 section "
        "3.10.7.3).\n"
        "Find out what sends it in the name of 10.0.0.2."));
}

TEST_CASE("suspect") {
    FlowSummary flow = judged(Verdict::kSuspect, Reason::kProbesUnanswered, Confidence::kLow);
    flow.unanswered = 1;
    flow.idle_at_failure = flow.half_open = 2 * kSecond;
    CHECK(explained(flow) ==
          "10.0.0.2:50000 may be dead.\n"
          "After 2 s of silence it did not answer 1 keepalive probe from 10.0.0.1:40000, sent 2 s after its "
          "last segment. That is too few or too late in the capture to be sure.\n"
          "Ping 10.0.0.2, or capture for longer.");
    flow.reason = Reason::kDataUnacknowledged;
    flow.tries = Tries::kData;
    CHECK(says(flow, " it did not acknowledge 1 transmission of data from 10.0.0.1:40000, sent "));
    flow.unanswered = 2;
    flow.idle_at_failure = kNoTime;
    flow.signs = kSignCaptureLoss;
    CHECK(explained(flow) ==
          "10.0.0.2:50000 may be dead.\n"
          "It did not acknowledge 2 transmissions of the same data from 10.0.0.1:40000, the last one 2 s "
          "after its last segment. That is too few or too late in the capture to be sure. The capture lost "
          "frames, so an answer may be missing from it.\n"
          "Ping 10.0.0.2, or capture for longer.");
}

TEST_CASE("suspect, probes_stopped") {
    FlowSummary flow = judged(Verdict::kSuspect, Reason::kProbesStopped, Confidence::kLow);
    flow.silent_at_end = 600 * kSecond;
    CHECK(explained(flow) ==
          "One side may be dead.\n"
          "The other had closed its window, but its window probes stopped. Nothing was seen in the last 10 "
          "min of the capture.\n"
          "Check whether both 10.0.0.1 and 10.0.0.2 are up, or whether the capture lost frames.");
    flow.responder_side.probes = flow.responder_side.probes_answered = 3;
    flow.responder_side.keepalive.idle = 60 * kSecond;
    flow.silent_at_end = 400 * kSecond;
    CHECK(explained(flow) ==
          "10.0.0.2:50000 may be dead.\n"
          "Its keepalive probes, due after 60 s of silence, were answered, but then stopped. Nothing was "
          "seen in the last 400 s of the capture.\n"
          "Check whether 10.0.0.2 is up, or whether the capture lost frames.");
}
