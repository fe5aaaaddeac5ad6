// Each event: what happened, the evidence, the advice.

#include "report/explained.h"
#include "support/catch.h"

using namespace deadpeer;

TEST_CASE("events of verdicts tell the same story as the connection") {
    Finding finding = event(EventKind::kPeerDead, Reason::kProbesExhausted);
    finding.signs = kSignProberReset;
    finding.count = 3;
    finding.tries = Tries::kProbes;
    finding.interval = kSecond;
    finding.idle = 2 * kSecond;
    finding.half_open = 5 * kSecond;
    CHECK(explained(finding) ==
          "10.0.0.2:50000 stopped responding, and 10.0.0.1:40000 gave up with a RST 5 s after its last "
          "segment.\n"
          "After 2 s of silence it did not answer 3 keepalive probes from 10.0.0.1:40000, 1 s apart.\n"
          "Check host 10.0.0.2 and its links.");
    finding.idle = 900 * kSecond;
    finding.path_timeout = 350 * kSecond;
    CHECK(explained(finding).ends_with(
        "\nIf 10.0.0.2 is up, a middlebox may have dropped the idle connection (350 s is a known idle "
        "timeout). Keepalive comes later than the idle timeout of the path: set TCP_KEEPIDLE "
        "(net.ipv4.tcp_keepalive_time) to at "
        "most 5 min on 10.0.0.1."));
    finding.doubling = true;
    CHECK(explained(finding).find(" the time between them doubling up to 1 s.") != std::string::npos);
    CHECK(explained(event(EventKind::kPeerRebooted)).starts_with("10.0.0.2:50000 no longer has state "));
    CHECK(explained(event(EventKind::kPeerLostState)).starts_with("10.0.0.2:50000 no longer has state "));
    CHECK(explained(event(EventKind::kMiddleboxReset)).starts_with("A middlebox (firewall, NAT, load "));
    CHECK(explained(event(EventKind::kPeerReset, Reason::kAborted))
              .starts_with("10.0.0.2:50000 aborted the connection of 10.0.0.1:40000.\n"));
}

TEST_CASE("probes_unanswered and peer_recovered") {
    Finding finding = event(EventKind::kProbesUnanswered);
    finding.count = 1;
    finding.idle = 60 * kSecond;
    CHECK(explained(finding) ==
          "10.0.0.2:50000 did not answer 1 keepalive probe from 10.0.0.1:40000.\n"
          "It was sent after 60 s of silence, and another one followed.\n"
          "One loss is normal, several may be an outage or a death: see the verdict of the connection in "
          "flows.csv.");
    finding.kind = EventKind::kPeerRecovered;
    finding.half_open = 80 * kSecond;
    CHECK(explained(finding) ==
          "10.0.0.2:50000 is alive: it answered again.\n"
          "Before, it did not answer 1 keepalive probe from 10.0.0.1:40000, in 80 s of silence.\n"
          "One loss is normal: look for an outage only if there are more.");
    finding.count = 3;
    CHECK(explained(finding) ==
          "10.0.0.2:50000 is alive: it answered again.\n"
          "Before, it did not answer 3 keepalive probes from 10.0.0.1:40000, in 80 s of silence.\n"
          "Look for an outage of the path at that time.");
    finding.tries = Tries::kData;
    CHECK(explained(finding).find(" it did not acknowledge 3 transmissions from 10.0.0.1:40000, in ") !=
          std::string::npos);
}

TEST_CASE("outage") {
    Finding finding = event(EventKind::kOutage);
    finding.count = 9;
    finding.tries = Tries::kData;
    finding.half_open = 76 * kSecond;
    finding.interval = 38 * kSecond;
    CHECK(explained(finding) ==
          "10.0.0.1:40000 did not hear 10.0.0.2:50000 for 76 s, and the connection came through.\n"
          "It sent the same data 9 times before 10.0.0.2:50000 answered, so the outage lasted for at least "
          "38 s.\n"
          "Look for an outage of the path, or of 10.0.0.2, at that time.");
    finding.tries = Tries::kWindowProbes;
    CHECK(explained(finding).find("\nIt probed the window 9 times before ") != std::string::npos);
}

TEST_CASE("host_rebooted") {
    Finding finding = event(EventKind::kHostRebooted);
    finding.count = 3;
    finding.lost = {0, 4, 7};
    finding.half_open = 400 * kSecond;
    finding.signs = kSignOthersLost | kSignHostSilent;
    CHECK(explained(finding) ==
          "10.0.0.2 lost 3 connections (tcp.stream 0, 4 and 7): a reboot is very likely.\n"
          "It answered with RSTs that say it knows no such connection, up to 400 s after its last segment. "
          "Other connections of the host ended likewise. Nothing else was heard of it in between.\n"
          "Check the uptime of 10.0.0.2.");
    finding.count = 1;
    CHECK(explained(finding).starts_with("10.0.0.2 lost 1 connection (tcp.stream 0): "));
    finding.count = 10;
    finding.lost = {0, 1, 2, 3, 4, 5, 6, 7};
    CHECK(explained(finding).starts_with(
        "10.0.0.2 lost 10 connections (tcp.stream 0, 1, 2, 3, 4, 5, 6, 7 and 2 more): "));
}

TEST_CASE("idle_timeout_on_path") {
    Finding finding = event(EventKind::kIdleTimeoutOnPath);
    finding.count = 2;
    finding.idle = 350 * kSecond;
    finding.survived = 300'700 * kMillisecond;
    finding.path_timeout = 350 * kSecond;
    CHECK(explained(finding) ==
          "A middlebox between 10.0.0.1 and 10.0.0.2 drops idle connections.\n"
          "2 connections failed after 350 s of silence, and the longest silence that one survived was 301 "
          "s.\n"
          "Set SO_KEEPALIVE and TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) to at most 5 min on 10.0.0.1, or "
          "raise the middlebox's idle timeout.");
    finding.confidence = Confidence::kMedium;
    CHECK(explained(finding).starts_with(
        "A middlebox between 10.0.0.1 and 10.0.0.2 seems to drop idle connections.\n"));
    // A timeout that is not known: half of the silence that failed, as a round number.
    finding.idle = 50 * kSecond;
    finding.path_timeout = kNoTime;
    CHECK(explained(finding).find(" to at most 20 s on 10.0.0.1") != std::string::npos);
    finding.reason = Reason::kKnownTimeout;
    CHECK(explained(finding).find(" failed after at least 50 s of silence, ") != std::string::npos);
}

TEST_CASE("heartbeat_stopped") {
    Finding finding = event(EventKind::kHeartbeatStopped);
    finding.interval = 30 * kSecond;
    finding.idle = 90 * kSecond + 1;
    finding.evidence_count = 0;
    finding.add_evidence(7);
    CHECK(explained(finding) ==
          "10.0.0.2:50000 stopped its heartbeat to 10.0.0.1:40000.\n"
          "It sent one every 30 s, and then none for 90 s while the connection was open.\n"
          "Check whether its application hangs or its host is down.");
    finding.idle = 45 * kSecond;
    finding.add_evidence(9);  // the FIN
    CHECK(explained(finding).find("\nOne was due every 30 s, and none had come for 45 s when 10.0.0.1:40000 "
                                  "closed the connection.\n") != std::string::npos);
}

TEST_CASE("capture_gap") {
    Finding lost = event(EventKind::kCaptureGap, Reason::kFramesLost);
    lost.count = 0;
    lost.idle = kNoTime;
    CHECK(explained(lost) ==
          "The capture lost frames.\n"
          "It does not tell when, so silence proves little.\n"
          "Capture again with a larger buffer or a filter.");
    lost.count = 12;
    lost.idle = 100 * kMillisecond;
    CHECK(explained(lost) ==
          "The capture lost 12 frames within 100 ms.\n"
          "Silence proves nothing at that time.\n"
          "Capture again with a larger buffer or a filter.");
    Finding down = event(EventKind::kCaptureGap, Reason::kLinkDown);
    down.idle = kNoTime;
    CHECK(explained(down) ==
          "A captured interface is down or gone.\n"
          "Nothing is captured from it until it is back, so silence proves nothing.\n"
          "Find out why.");
    down.name_link("eth0");
    down.idle = 5 * kSecond;
    CHECK(explained(down) ==
          "Interface eth0 is back, after it was down or gone for 5 s.\n"
          "Nothing was captured from it, so silence proves nothing at that time.\n"
          "Find out why.");
    down.name_link("a\"b\n,c and what has no room");
    CHECK(explained(down).starts_with("Interface a?b??c?and?what is back, "));
}

TEST_CASE("capacity_warning names who holds most idle connections") {
    Finding finding = event(EventKind::kCapacityWarning);
    finding.count = 24;
    finding.limit = 30;
    finding.idle_count = 20;
    finding.holders[0] = {sample_key(7, 9).low().address, 16};
    finding.holders[1] = {sample_key(8, 9).low().address, 4};
    CHECK(explained(finding) ==
          "10.0.0.2:50000 runs out of connections.\n"
          "24 of the 30 that it can hold are open, 20 of them idle. Most of those are held by 10.0.0.7 (16), "
          "10.0.0.8 (4).\n"
          "Let clients close what they do not use, or raise the limit.");
}
