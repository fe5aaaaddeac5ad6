#include "report/text/summary.h"

#include <sstream>

#include "report/sample_rows.h"
#include "support/catch.h"

using namespace deadpeer;

TEST_CASE("the summary tells what was read, seen and skipped") {
    Summary summary;
    InputSummary input = sample_input("/data/trace.pcap", 3725 * kSecond);
    input.source.dropped_by_capture = 1;
    summary.on_input_end(0, input);
    FlowSummary flow = sample_flow(0);
    flow.initiator_side.probes = 12;
    flow.initiator_side.probes_answered = 11;
    flow.responder_side.probes = 1234;
    flow.responder_side.probes_answered = 1;
    summary.on_flow(flow);
    flow.closed = Closed::kByRst;
    flow.initiator_side = {};
    flow.responder_side = {};
    flow.one_way = true;
    summary.on_flow(flow);
    REQUIRE(summary.finish({.connections = 2, .evicted_flows = 3}).ok());
    CHECK(summary.text({}) ==
          "No dead peers found.\n"
          "trace.pcap: pcap, ETHERNET, 147, 100 frames, 91 TCP segments\n"
          "  1970-01-01 00:00:00 to 1970-01-01 01:02:05 UTC (1 h 2 min)\n"
          "Connections: 2 (1 open at the end, 1 reset, 1 seen in one direction only)\n"
          "Keepalive probes: 12 by initiators (11 answered), 1,234 by responders (1 answered)\n"
          "Keepalive ACKs: 1 by initiators, 11 by responders\n"
          "Skipped frames: 7 not_ip, 3 not_tcp\n"
          "Lost by the capture: 1 packet; what seems missing may have been there\n"
          "Forgotten for lack of memory: 3 connections; give more with --memory\n");
}

TEST_CASE("the summary tells what there was no memory for, and so does a run without a summary") {
    Summary summary;
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.forgotten().empty());
    REQUIRE(summary
                .finish({.evicted_flows = 2,
                         .census_refused = 1,
                         .heartbeats_refused = 1000,
                         .ranges_forgotten = 4,
                         .fragmented_forgotten = 1})
                .ok());
    CHECK(summary.text({}) ==
          "Connections: 0\nKeepalive probes: none\n"
          "Forgotten for lack of memory: 2 connections; give more with --memory\n"
          "Not counted by --max-connections for lack of memory: 1 connection; give more with --memory\n"
          "Not searched for heartbeats for lack of memory: 1,000 messages; give more with --memory\n"
          "Forgotten for lack of memory: 4 segments in flight and holes between them; give more with "
          "--memory\n"
          "Forgotten for lack of memory: 1 packet in fragments; give more with --memory\n");
    CHECK(summary.forgotten().starts_with("2 connections were forgotten for lack of memory"));
}

TEST_CASE("the summary counts TCP options that make no sense") {
    Summary summary;
    InputSummary input = sample_input("a.pcap", kSecond);
    input.bad_options = 1;
    summary.on_input_end(0, input);
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).find("\n1 segment with TCP options that make no sense\n") != std::string::npos);
    summary.on_input_end(1, input);
    CHECK(summary.text({}).find("\n2 segments with TCP options that make no sense\n") != std::string::npos);
}

TEST_CASE("the summary of nothing") {
    Summary summary;
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}) == "Connections: 0\nKeepalive probes: none\n");
}

TEST_CASE("that nothing was found is said, unless nothing was there or something was found") {
    const auto said = [](std::initializer_list<Severity> findings) {
        Summary summary;
        summary.on_flow(sample_flow(0));
        for (const Severity severity : findings) {
            Finding finding;
            finding.kind =
                severity == Severity::kInfo ? EventKind::kPeerRecovered : EventKind::kPeerLostState;
            finding.severity = severity;
            summary.on_finding(finding);
        }
        REQUIRE(summary.finish({}).ok());
        return summary.text({});
    };
    CHECK(said({}).starts_with("No dead peers found.\n"));
    CHECK(said({Severity::kInfo}).starts_with("No dead peers found.\nOther events: 1 peer_recovered\n"));
    CHECK(said({Severity::kInfo, Severity::kWarning}).starts_with("Incidents: 1\n"));
    CHECK(said({Severity::kCritical}).starts_with("Incidents: 1 (1 critical)\n"));
}

TEST_CASE("the summary does not pass over suspects and data that was never acknowledged") {
    Summary summary;
    FlowSummary flow = sample_flow(0);
    flow.verdict = Verdict::kSuspect;
    summary.on_flow(flow);
    flow.verdict = Verdict::kClosed;
    for (const Reason reason : {Reason::kDataUnacknowledged, Reason::kFinThenGone, Reason::kFinExchanged}) {
        flow.reason = reason;
        summary.on_flow(flow);
    }
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).starts_with(
        "No dead peers found for certain.\nSuspect: 1; data never acknowledged: 2 (see flows.csv)\n"));
}

TEST_CASE("the summary says that the capture holds frames twice") {
    Summary summary;
    InputSummary input = sample_input("a.pcap", kSecond);
    input.duplicate_frames = 1026;
    summary.on_input_end(0, input);
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).find("\nCaptured more than once: 1,026 frames, not counted as segments of their "
                                "connections; capture at one interface\n") != std::string::npos);
}

TEST_CASE("the summary says that networks should be told apart") {
    Summary summary;
    InputSummary input = sample_input("a.pcap", kSecond);
    input.shared_addresses = 2;
    summary.on_input_end(0, input);
    REQUIRE(summary.finish({}).ok());
    CHECK(
        summary.text({}).find("\nOther hosts in another virtual network: 2 pairs of addresses; what is said "
                              "of them may be mixed up; give --scope tunnel\n") != std::string::npos);
}

TEST_CASE("the summary says how far time went back, however little") {
    const auto said = [](std::uint64_t times, Nanoseconds step) {
        Summary summary;
        InputSummary input = sample_input("a.pcap", kSecond);
        input.time_went_back = times;
        input.largest_step_back = step;
        summary.on_input_end(0, input);
        REQUIRE(summary.finish({}).ok());
        const std::string text = summary.text({});
        return text.substr(std::min(text.find("Time went"), text.size()));
    };
    CHECK(said(1, 5000) == "Time went back 1 time, by under 1 ms\n");
    CHECK(said(2, 1500 * kMillisecond) == "Time went back 2 times, by at most 1.500 s\n");
}

TEST_CASE("every kind of finding that does no harm is counted") {
    Summary summary;
    Finding finding;
    for (std::size_t kind = 0; kind < std::tuple_size_v<decltype(detail::kEventNames)>; ++kind) {
        finding.kind = static_cast<EventKind>(kind);
        summary.on_finding(finding);
    }
    REQUIRE(summary.finish({}).ok());
    const std::string said = summary.text({});
    for (const std::string_view name : detail::kEventNames) {
        CAPTURE(name);
        CHECK(said.find("1 " + std::string(name)) != std::string::npos);
    }
}

TEST_CASE("an outage of a link makes two events, and is told once") {
    Summary summary;
    Finding finding;
    finding.kind = EventKind::kCaptureGap;
    finding.severity = Severity::kWarning;
    finding.reason = Reason::kLinkDown;
    finding.name_link("eth0");
    summary.on_finding(finding);
    finding.idle = kSecond;
    summary.on_finding(finding);
    finding.link = {};
    finding.reason = Reason::kFramesLost;
    finding.count = 7;
    summary.on_finding(finding);
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).starts_with("Incidents: 2\n"));
    CHECK(summary.text({}).find("  capture: The capture lost 7 frames within 1 s\n"
                                "    Capture again with a larger buffer or a filter.\n") !=
          std::string::npos);
}

TEST_CASE("names and details of inputs cannot write to the terminal") {
    Summary summary;
    InputSummary input = sample_input("x\x1b]0;owned\x07.pcap", kNoTime);
    input.first_time = kNoTime;
    input.outcome = InputSummary::Outcome::kDamaged;
    input.outcome_detail = "byte 7: \x1b[2J";
    summary.on_input_end(0, input);
    REQUIRE(summary.finish({}).ok());
    const std::string text = summary.text({});
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find(R"(x\x1B]0;owned\x07.pcap: pcap)") != std::string::npos);
    CHECK(text.find("damaged: byte 7: \\x1B[2J") != std::string::npos);
}

TEST_CASE("of many inputs only the bad ones are listed, and all with -v") {
    Summary summary;
    for (std::uint32_t i = 0; i < 10; ++i) {
        InputSummary input = sample_input("f" + std::to_string(i), 0);
        if (i == 7) {
            input.outcome = InputSummary::Outcome::kRefused;
        }
        summary.on_input_end(i, input);
    }
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).starts_with("f7: not read\n10 inputs: 1,000 frames, 910 TCP segments\n"));
    CHECK(summary.text({.verbose = true}).starts_with("f0: pcap"));
}

namespace {

// An event of hosts of its own: 10.0.HOST.2:50000 and 10.0.0.1:40000.
Finding incident_of(std::uint8_t host, EventKind kind, Severity severity) {
    Finding finding;
    finding.kind = kind;
    finding.severity = severity;
    finding.confidence = Confidence::kMedium;
    finding.stream = host;
    finding.subject = sample_key(1, 2).high();
    finding.subject.address.bytes[2] = host;
    finding.peer = sample_key(1, 2).low();
    finding.half_open = 400 * kSecond;
    finding.idle = 350 * kSecond;
    finding.count = 24;
    finding.limit = 30;
    finding.idle_count = 20;
    return finding;
}

std::string incidents_in(const std::string& summary) {
    const std::size_t begin = summary.find("\n  ") + 1;
    return summary.substr(begin, summary.find("\na.pcap: ") + 1 - begin);
}

}  // namespace

TEST_CASE("what matters comes first, in a line each with the frame to look at, and what to do") {
    Summary summary;
    summary.on_input_end(0, sample_input("/data/a.pcap", 0));
    summary.on_input_end(1, sample_input("/data/b\x1b.pcap", 0));
    std::uint8_t host = 0;
    const auto tell = [&](EventKind kind, std::uint64_t frame, Severity severity = Severity::kWarning) {
        Finding finding = incident_of(++host, kind, severity);
        finding.frame = frame;
        if (severity == Severity::kCritical) finding.file = 1;
        if (frame == 0) finding.add_evidence(3);
        if (frame == 0) finding.add_evidence(8);
        summary.on_finding(finding);
    };
    tell(EventKind::kPeerReset, 1, Severity::kInfo);
    tell(EventKind::kHeartbeatStopped, 2);
    tell(EventKind::kPeerLostState, 3);
    tell(EventKind::kMiddleboxReset, 4);
    tell(EventKind::kCapacityWarning, 5);
    tell(EventKind::kIdleTimeoutOnPath, 6);
    tell(EventKind::kHostRebooted, 9, Severity::kCritical);
    tell(EventKind::kPeerDead, 0, Severity::kCritical);
    tell(EventKind::kPathDead, 0, Severity::kCritical);
    tell(EventKind::kPeerRebooted, 7, Severity::kWarning);
    REQUIRE(summary.finish({}).ok());
    CHECK(incidents_in(summary.text({})) ==
          "  rebooted host: 10.0.7.2 lost 24 connections, up to 400 s after its last segment (frame 9 "
          "of b\\x1B.pcap, medium confidence)\n"
          "    Check the uptime of 10.0.7.2.\n"
          "  dead peer: 10.0.8.2:50000 stopped responding; 10.0.0.1:40000 gave up 400 s after its last "
          "segment (frame 8 of b\\x1B.pcap, medium confidence)\n"
          "    Ping 10.0.8.2 to confirm. Check host 10.0.8.2 and its links. To bound such a wait, set "
          "TCP_USER_TIMEOUT on 10.0.0.1.\n"
          "  dead path: between 10.0.0.1:40000 and 10.0.9.2:50000, given up 400 s after the last "
          "answer (frame 8 of b\\x1B.pcap, medium confidence)\n"
          "    Check the links and firewalls in between.\n"
          "  possible reboot: 10.0.10.2:50000 no longer has state for its connection with "
          "10.0.0.1:40000, 400 s after its last segment (frame 7 of a.pcap, medium confidence)\n"
          "    Check the uptime of 10.0.10.2. To notice such a death within a minute, set SO_KEEPALIVE "
          "with TCP_KEEPIDLE 30, TCP_KEEPINTVL 10 and TCP_KEEPCNT 3 on 10.0.0.1.\n"
          "  path timeout: 10.0.0.1 to 10.0.6.2 drops connections after 350 s of silence; 24 "
          "connections lost (frame 6 of a.pcap, medium confidence)\n"
          "    Set SO_KEEPALIVE and TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time) to at most 2 min on "
          "10.0.0.1, or raise the middlebox's idle timeout.\n"
          "  capacity: 10.0.5.2:50000 has 24 of 30 connections open, 20 of them idle (frame 5 of "
          "a.pcap, medium confidence)\n"
          "    Let clients close what they do not use, or raise the limit.\n"
          "  middlebox reset: the connection of 10.0.0.1:40000 to 10.0.4.2:50000, after 350 s of "
          "silence (frame 4 of a.pcap, medium confidence)\n"
          "    Capture next to 10.0.4.2 to confirm: it sends no such RST. Check the rules and logs of "
          "the firewalls and load balancers in between.\n"
          "  lost state: 10.0.3.2:50000 no longer has state for its connection with 10.0.0.1:40000, "
          "400 s after its last segment (frame 3 of a.pcap, medium confidence)\n"
          "    Check the log and the uptime of 10.0.3.2.\n"
          "  heartbeat stopped: 10.0.2.2:50000 to 10.0.0.1:40000, silent for 350 s (frame 2 of a.pcap, "
          "medium confidence)\n"
          "    Check whether its application hangs or its host is down.\n"
          "Other events: 1 peer_reset\n");
}

TEST_CASE("an incident of several connections is told of all of them") {
    Summary summary;
    summary.on_input_end(0, sample_input("/data/a.pcap", 0));
    std::uint8_t host = 0;
    for (const EventKind kind :
         {EventKind::kPeerDead, EventKind::kPathDead, EventKind::kPeerRebooted, EventKind::kMiddleboxReset,
          EventKind::kPeerLostState, EventKind::kHeartbeatStopped, EventKind::kReuseRace,
          EventKind::kRequestAfterFin, EventKind::kProbesUnanswered}) {
        Finding finding = incident_of(++host, kind, Severity::kWarning);
        summary.on_finding(finding);
        finding.stream = 100 + host;
        finding.subject.port = 50001;
        if (kind == EventKind::kReuseRace || kind == EventKind::kRequestAfterFin)
            finding.subject.port = 50000;
        summary.on_finding(finding);
    }
    REQUIRE(summary.finish({}).ok());
    // Every other line is the advice.
    std::string headlines;
    std::istringstream lines(incidents_in(summary.text({})));
    for (std::string line, advice; std::getline(lines, line); std::getline(lines, advice))
        headlines += line + "\n";
    CHECK(headlines ==
          "  possible reboot: 10.0.3.2 no longer has state for 2 connections, up to 400 s after its "
          "last segment (medium confidence)\n"
          "  dead peer: 10.0.1.2 stopped responding; 2 connections were given up, up to 400 s after "
          "its last segment (medium confidence)\n"
          "  dead path: 2 connections between 10.0.0.1 and 10.0.2.2, given up 400 s after the last "
          "answer (medium confidence)\n"
          "  middlebox reset: 2 connections of 10.0.0.1 to 10.0.4.2, after 350 s of silence (medium "
          "confidence)\n"
          "  lost state: 10.0.5.2 no longer has state for 2 connections, up to 400 s after its last "
          "segment (medium confidence)\n"
          "  heartbeat stopped: 10.0.6.2 on 2 connections, silent for 350 s (medium confidence)\n"
          "  reuse race: requests on 2 connections met the close of 10.0.7.2:50000 after 350 s of "
          "silence (medium confidence)\n"
          "  request after FIN: 10.0.0.1:40000 sent to 10.0.8.2:50000 350 s after it had closed, and "
          "likewise on 1 other (medium confidence)\n"
          "  unanswered probes: 10.0.9.2, sent by the other ends of 2 connections (medium confidence)\n");
}

TEST_CASE("a peer whose answers were lost did not stop responding") {
    Summary summary;
    Finding finding = incident_of(0, EventKind::kPeerDead, Severity::kCritical);
    finding.reason = Reason::kAnswersLost;
    summary.on_finding(finding);
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).find(
              "  dead peer: 10.0.0.2:50000 answered, but its answers did not reach 10.0.0.1:40000 (medium "
              "confidence)\n") != std::string::npos);
}

TEST_CASE("what was taken back is no incident") {
    Summary summary;
    for (const std::uint8_t host : {std::uint8_t{3}, std::uint8_t{4}}) {
        Finding dead = incident_of(host, EventKind::kPeerDead, Severity::kCritical);
        dead.frame = 10U + host;
        summary.on_finding(dead);
    }
    Finding change = incident_of(4, EventKind::kVerdictChanged, Severity::kInfo);
    change.taken_back = EventKind::kPeerDead;
    summary.on_finding(change);
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).find("(frame 13, ") != std::string::npos);
    CHECK(summary.text({}).find("(frame 14, ") == std::string::npos);
}

TEST_CASE("only the worst incidents are told: the surest, then those held longest, then the first") {
    Summary summary;
    for (std::uint8_t i = 0; i < 12; ++i) {
        Finding finding = incident_of(i, EventKind::kPeerDead, Severity::kCritical);
        finding.frame = 100U + i;
        finding.time = 1000 * kSecond + i;
        finding.half_open = Nanoseconds{i} / 2 * kSecond;
        if (i == 1) finding.confidence = Confidence::kHigh;
        summary.on_finding(finding);
    }
    REQUIRE(summary.finish({}).ok());
    const std::string text = summary.text({});
    std::vector<std::string> frames;
    for (std::size_t at = text.find("(frame "); at != std::string::npos; at = text.find("(frame ", at + 1)) {
        frames.push_back(text.substr(at + 7, 3));
    }
    CHECK(frames ==
          std::vector<std::string>{"101", "110", "111", "108", "109", "106", "107", "104", "105", "102"});
    CHECK(text.find("\n  and 2 more (incidents.csv)\n") != std::string::npos);
}

TEST_CASE("the idle census names the initiators that hold most idle connections") {
    Summary summary;
    std::uint64_t stream = 0;
    const auto idle = [&](std::uint8_t initiator, int connections) {
        for (int i = 0; i < connections; ++i) {
            FlowSummary flow = sample_flow(stream++, initiator, 200);
            flow.verdict = Verdict::kIdle;
            summary.on_flow(flow);
        }
    };
    idle(5, 2);
    idle(4, 2);
    idle(3, 1);
    idle(9, 7);
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).find("\nIdle without keepalive: 12 connections, opened most by 10.0.0.9 (7), "
                                "10.0.0.4 (2), 10.0.0.5 (2)\n") != std::string::npos);
}
