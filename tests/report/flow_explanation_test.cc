// Verdicts of connections that did not fail: what became of them, the evidence, the advice.

#include "report/explained.h"
#include "support/catch.h"

using namespace deadpeer;

TEST_CASE("alive, probe_answered") {
    FlowSummary flow = judged(Verdict::kAlive, Reason::kProbeAnswered, Confidence::kHigh);
    flow.initiator_side.probes = 5;
    flow.initiator_side.probes_answered = 4;
    flow.initiator_side.keepalive.idle = 60 * kSecond;
    flow.probe_rtt_median = 20 * kMillisecond;
    CHECK(explained(flow) ==
          "Both ends are alive.\n"
          "4 of 5 keepalive probes from 10.0.0.1:40000, sent after 60 s of silence, were answered. Answers "
          "typically took 20 ms.\n"
          "Nothing to do.");
    flow.initiator_side.keepalive.idle = 240 * kSecond + 1;
    flow.responder_side.probes = flow.responder_side.probes_answered = 1;
    flow.probe_rtt_median = kNoTime;
    CHECK(explained(flow) ==
          "Both ends are alive.\n"
          "4 of 5 keepalive probes from 10.0.0.1:40000, sent after 4 min of silence, were answered. 1 of 1 "
          "keepalive probe from 10.0.0.2:50000 was answered.\n"
          "Firewalls and load balancers often drop an idle connection sooner than that (after 4 min). If one "
          "is on the path, set TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) to 180.");
    flow.responder_side.keepalive.idle = 30 * kSecond;
    CHECK(explained(flow).ends_with(
        " from 10.0.0.2:50000, sent after 30 s of silence, was answered.\nNothing to do."));
    flow.reason = Reason::kRecovered;
    flow.responder_side.probes = 0;
    CHECK(explained(flow) ==
          "Both ends are alive.\n"
          "4 of 5 keepalive probes from 10.0.0.1:40000, sent after 4 min of silence, were answered. One "
          "side answered again after it had left probes or data unanswered.\n"
          "Look for an outage of the path at that time (peer_recovered in events.csv).");
}

TEST_CASE("alive by traffic: how long before the end of the capture that was") {
    FlowSummary flow = judged(Verdict::kAlive, Reason::kRecentTraffic, Confidence::kHigh);
    flow.silent_at_end = 42 * kSecond;
    CHECK(explained(flow) ==
          "Both ends are alive.\n"
          "Segments passed until 42 s before the end of the capture.\n"
          "Nothing to do.");
}

TEST_CASE("alive for other reasons") {
    CHECK(explained(judged(Verdict::kAlive, Reason::kProbeAnswered, Confidence::kHigh)) ==
          "Both ends are alive, but the receive window of one is closed.\n"
          "The other sends window probes, and each answer still says that it is closed.\n"
          "Find out why the application with the closed window does not read.");
    CHECK(explained(judged(Verdict::kAlive, Reason::kRecentTraffic, Confidence::kHigh)) ==
          "Both ends are alive.\n"
          "Segments passed until shortly before the end of the capture.\n"
          "Nothing to do.");
    CHECK(explained(judged(Verdict::kAlive, Reason::kResetIgnored, Confidence::kHigh)) ==
          "Both ends are alive.\n"
          "A RST came, but its receiver did not accept it (RFC 5961): the connection stayed open.\n"
          "Find the sender of the RST: it may be forged or late.");
    CHECK(explained(judged(Verdict::kAlive, Reason::kAcceptedLater, Confidence::kHigh)) ==
          "Both ends are alive.\n"
          "10.0.0.2:50000 refused the connection at first, and accepted it when 10.0.0.1:40000 tried again.\n"
          "Nothing to do.");
    FlowSummary flow = judged(Verdict::kAlive, Reason::kProbesIgnored, Confidence::kHigh);
    flow.initiator_side.probes = 3;
    CHECK(explained(flow) ==
          "Both ends are alive, but 10.0.0.2:50000 does not answer keepalive probes.\n"
          "It did not answer 3 keepalive probes from 10.0.0.1:40000 while data from it arrived: its stack "
          "does not answer them.\n"
          "Rely on a heartbeat of the application: were the data to pause, keepalive of 10.0.0.1 would end "
          "the connection.");
}

TEST_CASE("a connection with a heartbeat is not called unprotected") {
    FlowSummary flow = judged(Verdict::kAlive, Reason::kHeartbeat, Confidence::kHigh);
    flow.heartbeat_period = 30 * kSecond;
    flow.heartbeat_by_responder = true;
    CHECK(explained(flow) ==
          "Both ends are alive.\n"
          "10.0.0.2:50000 sends a small message every 30 s, a heartbeat of the application. A death would be "
          "noticed without TCP keepalive.\n"
          "Nothing to do.");
    flow.heartbeat_by_initiator = true;
    CHECK(explained(flow).find("\n10.0.0.1:40000 and 10.0.0.2:50000 exchange a small message every 30 s,") !=
          std::string::npos);
    flow.verdict = Verdict::kIdle;
    flow.reason = Reason::kNoKeepalive;
    flow.silent_at_end = 100 * kSecond;
    CHECK(explained(flow) ==
          "Open but silent for the last 100 s.\n"
          "The application's heartbeat, every 30 s before, has stopped, and no keepalive probe was seen.\n"
          "Find out why it stopped, and set SO_KEEPALIVE on the side that must notice a death.");
}

TEST_CASE("a side whose heartbeat stopped is not passed over, however much is alive") {
    FlowSummary flow = judged(Verdict::kAlive, Reason::kHeartbeat, Confidence::kHigh);
    flow.heartbeat_by_initiator = true;
    flow.heartbeat_period = 60 * kSecond;
    flow.heartbeat_missed = true;
    CHECK(explained(flow).ends_with(
        " without TCP keepalive.\n"
        "Check whether an application hangs: the heartbeat of one has stopped (heartbeat_stopped in "
        "events.csv)."));
}

TEST_CASE("idle") {
    FlowSummary flow = judged(Verdict::kIdle, Reason::kNoKeepalive, Confidence::kHigh);
    flow.silent_at_end = 3600 * kSecond;
    flow.longest_idle = 7300 * kSecond;
    CHECK(explained(flow) ==
          "Open but silent for the last 1 h.\n"
          "No keepalive probe or heartbeat was seen: keepalive is off or waits longer than 2 h 1 min. If "
          "10.0.0.1:40000 or 10.0.0.2:50000 dies, the other will not notice.\n"
          "Set SO_KEEPALIVE and TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) to 180 on the side that must "
          "notice. Middleboxes often drop an idle connection after 4 min.");
}

TEST_CASE("a silence by a clock that was set back says so") {
    FlowSummary flow = judged(Verdict::kIdle, Reason::kNoKeepalive, Confidence::kLow);
    flow.silent_at_end = 60 * kSecond;
    flow.signs = kSignTimeWentBack;
    CHECK(explained(flow) ==
          "Open but silent for the last 60 s.\n"
          "The capture clock was set back meanwhile, so neither its silences nor its keepalive are certain.\n"
          "Capture again without stepping the clock.");
}

TEST_CASE("one side has closed and the other has not") {
    FlowSummary flow = judged(Verdict::kIdle, Reason::kNoKeepalive, Confidence::kHigh);
    flow.silent_at_end = 3600 * kSecond;
    flow.responder_side.sent_fin = true;
    CHECK(explained(flow) ==
          "Open but silent for the last 1 h.\n"
          "10.0.0.2:50000 sent its FIN, and 10.0.0.1:40000 has not closed its side since.\n"
          "Check whether the application on 10.0.0.1 forgets to close connections (CLOSE_WAIT).");
    flow.initiator_side.sent_fin = true;
    CHECK(explained(flow).find("CLOSE_WAIT") == std::string::npos);
}

TEST_CASE("closed") {
    CHECK(explained(judged(Verdict::kClosed, Reason::kFinExchanged, Confidence::kHigh)) ==
          "Closed normally.\n"
          "FIN from both ends.\n"
          "Nothing to do.");
    CHECK(explained(judged(Verdict::kClosed, Reason::kResetAfterFin, Confidence::kHigh)) ==
          "Closed with a RST after a FIN.\n"
          "The rest was cut off, as when data arrives that nobody reads any more.\n"
          "Nothing to do, unless that data matters.");
    FlowSummary missed = judged(Verdict::kClosed, Reason::kFinExchanged, Confidence::kHigh);
    missed.heartbeat_missed = true;
    CHECK(explained(missed).ends_with(
        "\nFIN from both ends.\n"
        "Check whether an application hangs: the heartbeat of one has stopped (heartbeat_stopped in "
        "events.csv)."));
}

TEST_CASE("unknown") {
    FlowSummary flow = judged(Verdict::kUnknown, Reason::kOneWay, Confidence::kNone);
    flow.responder_side.segments = 3;
    CHECK(explained(flow) ==
          "Outcome unknown.\n"
          "Only segments from 10.0.0.2:50000 were captured, and none from 10.0.0.1:40000.\n"
          "Capture where both directions pass.");
    CHECK(explained(judged(Verdict::kUnknown, Reason::kSuperseded, Confidence::kNone)) ==
          "Outcome unknown.\n"
          "The same addresses and ports were used for a new connection before a FIN or RST of this one was "
          "captured.\n"
          "Check whether the capture lost frames, or whether 10.0.0.1 restarted.");
    CHECK(explained(judged(Verdict::kUnknown, Reason::kCaptureLoss, Confidence::kNone)) ==
          "Outcome unknown.\n"
          "One side fell silent where the capture lost frames.\n"
          "Capture again with a larger buffer or a filter.");
    CHECK(explained(judged(Verdict::kUnknown, Reason::kNotAnalysed, Confidence::kNone)) ==
          "Outcome unknown.\n"
          "None of its segments could be analysed: they were cut, contradict themselves or were only quoted "
          "by ICMP errors.\n"
          "Capture whole headers where its segments pass.");
}

TEST_CASE("no_answer, syn_ignored, where the SYN was acknowledged in its way") {
    FlowSummary flow = judged(Verdict::kNoAnswer, Reason::kSynIgnored, Confidence::kHigh);
    flow.unanswered = 0;
    CHECK(
        explained(flow).starts_with("10.0.0.1:40000 could not connect to 10.0.0.2:50000.\n10.0.0.2:50000 did "
                                    "not accept the SYN. It still "));
}
