// Each event, as a whole sentence.

#include "report/explanation.h"
#include "report/sample_rows.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

Finding event(EventKind kind, Reason reason = Reason::kNone) {
    Finding finding;
    finding.kind = kind;
    finding.reason = reason;
    finding.confidence = Confidence::kHigh;
    finding.subject = sample_key(1, 2).high();
    finding.peer = sample_key(1, 2).low();
    return finding;
}

std::string sentence(const Finding& finding) {
    Explanation out;
    return explain(out, finding).text;
}

}  // namespace

TEST_CASE("events of verdicts tell the same story as the connection") {
    Finding finding = event(EventKind::kPeerDead, Reason::kProbesExhausted);
    finding.signs = kSignProberReset;
    finding.count = 3;
    finding.tries = Tries::kProbes;
    finding.interval = kSecond;
    finding.idle = 2 * kSecond;
    finding.half_open = 5 * kSecond;
    CHECK(
        sentence(finding) ==
        "10.0.0.2:50000 is dead or unreachable: after 2 s of silence it answered none of 3 keepalive probes "
        "of 10.0.0.1:40000, 1 s apart, and 10.0.0.1:40000 gave up with a RST 5 s after 10.0.0.2:50000 was "
        "last heard; look at 10.0.0.2 and its links");
    finding.idle = 900 * kSecond;
    finding.path_timeout = 350 * kSecond;
    CHECK(sentence(finding).ends_with(
        "; if 10.0.0.2 is up, a middlebox may have forgotten the idle connection (350 s is a known idle "
        "timeout): keepalive is slower than the path, so set TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) at "
        "most 5 min on 10.0.0.1"));
    finding.doubling = true;
    CHECK(sentence(finding).find(" the time between them doubling up to 1 s, ") != std::string::npos);
    CHECK(sentence(event(EventKind::kPeerRebooted)).starts_with("10.0.0.2:50000 lost the connection: "));
    CHECK(sentence(event(EventKind::kPeerLostState)).starts_with("10.0.0.2:50000 lost the connection: "));
    CHECK(sentence(event(EventKind::kMiddleboxReset)).starts_with("A box on the path, not 10.0.0.2:50000, "));
    CHECK(sentence(event(EventKind::kPeerReset, Reason::kAborted))
              .starts_with("10.0.0.2:50000 aborted the connection of 10.0.0.1:40000: "));
}

TEST_CASE("probes_unanswered and peer_recovered") {
    Finding finding = event(EventKind::kProbesUnanswered);
    finding.count = 1;
    finding.idle = 60 * kSecond;
    CHECK(sentence(finding) ==
          "10.0.0.2:50000 missed 1 keepalive probe of 10.0.0.1:40000, sent after 60 s of silence, and was "
          "asked again: one lost answer proves nothing, several may be an outage or a death; see what became "
          "of the connection in flows.csv");
    finding.kind = EventKind::kPeerRecovered;
    finding.half_open = 80 * kSecond;
    CHECK(
        sentence(finding) ==
        "10.0.0.2:50000 lives: it answered again after 1 unanswered keepalive probe of 10.0.0.1:40000, "
        "having been silent for 80 s; one lost answer proves nothing, look for an outage if there are more");
    finding.count = 3;
    CHECK(sentence(finding) ==
          "10.0.0.2:50000 lives: it answered again after 3 unanswered keepalive probes of 10.0.0.1:40000, "
          "having been silent for 80 s; look for an outage of the path at that time");
}

TEST_CASE("host_rebooted") {
    Finding finding = event(EventKind::kHostRebooted);
    finding.count = 3;
    finding.lost = {0, 4, 7};
    finding.half_open = 400 * kSecond;
    finding.signs = kSignOthersLost | kSignHostSilent;
    CHECK(sentence(finding) ==
          "10.0.0.2 lost 3 connections (tcp.stream 0, 4 and 7) that it had: it answered with RSTs that say "
          "it knows no such "
          "connection, "
          "up to 400 s after its last sign of life; other connections of the host ended likewise, nothing "
          "else was heard of it in between: a reboot is very likely, and the uptime of 10.0.0.2 settles it");
    finding.count = 1;
    CHECK(sentence(finding).starts_with("10.0.0.2 lost 1 connection (tcp.stream 0) that it had: "));
    finding.count = 10;
    finding.lost = {0, 1, 2, 3, 4, 5, 6, 7};
    CHECK(sentence(finding).starts_with(
        "10.0.0.2 lost 10 connections (tcp.stream 0, 1, 2, 3, 4, 5, 6, 7 and 2 more) that it had: "));
}

TEST_CASE("idle_timeout_on_path") {
    Finding finding = event(EventKind::kIdleTimeoutOnPath);
    finding.count = 2;
    finding.idle = 350 * kSecond;
    finding.survived = 300'700 * kMillisecond;
    finding.path_timeout = 350 * kSecond;
    CHECK(sentence(finding) ==
          "A middlebox between 10.0.0.1 and 10.0.0.2 forgets idle connections: 2 connections failed after "
          "350 s of "
          "silence, the longest that survived was 301 s; set SO_KEEPALIVE and TCP_KEEPIDLE "
          "(net.ipv4.tcp_keepalive_time) at most 5 min on 10.0.0.1, or raise the middlebox's idle timeout");
    finding.confidence = Confidence::kMedium;
    CHECK(
        sentence(finding).starts_with("A middlebox between 10.0.0.1 and 10.0.0.2 seems to forget idle "
                                      "connections: 2 connections failed after "));
    // A timeout that is not known: half of the silence that failed, as a round number.
    finding.idle = 50 * kSecond;
    finding.path_timeout = kNoTime;
    CHECK(sentence(finding).find(" at most 20 s on 10.0.0.1") != std::string::npos);
}

TEST_CASE("heartbeat_stopped") {
    Finding finding = event(EventKind::kHeartbeatStopped);
    finding.interval = 30 * kSecond;
    finding.idle = 95 * kSecond;
    CHECK(
        sentence(finding) ==
        "10.0.0.2:50000 stopped its heartbeat to 10.0.0.1:40000: it sent one every 30 s and then none for 95 "
        "s while the connection was open; see whether its application hangs or its host is down");
    finding.idle = 45 * kSecond;
    CHECK(sentence(finding) ==
          "10.0.0.2:50000 stopped its heartbeat to 10.0.0.1:40000: one was due every 30 s, and none had come "
          "for 45 s when 10.0.0.1:40000 closed the connection; see whether its application hangs or its host "
          "is down");
}

TEST_CASE("capture_gap") {
    Finding lost = event(EventKind::kCaptureGap, Reason::kFramesLost);
    lost.count = 0;
    lost.idle = kNoTime;
    CHECK(sentence(lost) ==
          "The capture lost frames and does not tell when, so silence proves little; capture again with a "
          "larger buffer or a filter");
    lost.count = 12;
    lost.idle = 100 * kMillisecond;
    CHECK(sentence(lost) ==
          "The capture lost 12 frames within 100 ms, so silence proves nothing at that time; capture again "
          "with a larger buffer or a filter");
    Finding down = event(EventKind::kCaptureGap, Reason::kLinkDown);
    down.idle = kNoTime;
    CHECK(sentence(down) ==
          "A captured interface is down or gone: nothing is captured from it until it is back, so silence "
          "proves nothing; see why");
    down.name_link("eth0");
    down.idle = 5 * kSecond;
    CHECK(sentence(down) ==
          "eth0 is back, after it was down or gone for 5 s: nothing was captured from it, so silence proves "
          "nothing at that time; see why");
    down.name_link("a\"b\n,c and what has no room");
    CHECK(sentence(down).starts_with("a?b??c?and?what is back"));
}

TEST_CASE("capacity_warning names who holds most idle connections") {
    Finding finding = event(EventKind::kCapacityWarning);
    finding.count = 24;
    finding.limit = 30;
    finding.idle_count = 20;
    finding.holders[0] = {sample_key(7, 9).low().address, 16};
    finding.holders[1] = {sample_key(8, 9).low().address, 4};
    CHECK(sentence(finding) ==
          "10.0.0.2:50000 runs out of connections: 24 of the 30 that it can hold are open, 20 of them idle, "
          "most of them held by 10.0.0.7 (16), 10.0.0.8 (4); let those close what they do not use, or raise "
          "the "
          "limit");
}
