#include "report/summary.h"

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
            finding.kind = EventKind::kPeerRecovered;
            finding.severity = severity;
            summary.on_finding(finding);
        }
        REQUIRE(summary.finish({}).ok());
        return summary.text({});
    };
    CHECK(said({}).starts_with("No dead peers found.\n"));
    CHECK(said({Severity::kInfo}).starts_with("No dead peers found.\nFindings (info): 1 peer_recovered\n"));
    CHECK(said({Severity::kInfo, Severity::kWarning}).starts_with("Findings (warning): "));
    CHECK(said({Severity::kCritical}).starts_with("Findings (critical): "));
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

TEST_CASE("every kind of finding is counted") {
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

TEST_CASE("an outage of a link makes two events, and is counted once") {
    Summary summary;
    Finding finding;
    finding.kind = EventKind::kCaptureGap;
    finding.severity = Severity::kWarning;
    finding.reason = Reason::kLinkDown;
    summary.on_finding(finding);
    finding.idle = kSecond;
    summary.on_finding(finding);
    finding.reason = Reason::kFramesLost;
    summary.on_finding(finding);
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).starts_with("Findings (warning): 2 capture_gap\n"));
}

TEST_CASE("findings come first, the worst before the others") {
    Summary summary;
    Finding finding;
    finding.kind = EventKind::kPeerDead;
    finding.severity = Severity::kCritical;
    summary.on_finding(finding);
    finding.kind = EventKind::kPeerRecovered;
    finding.severity = Severity::kInfo;
    summary.on_finding(finding);
    summary.on_finding(finding);
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).starts_with(
        "Findings (critical): 1 peer_dead\nFindings (info): 2 peer_recovered\n"));
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

TEST_CASE("what matters comes first, in a line each with the frame to look at") {
    Summary summary;
    summary.on_input_end(0, sample_input("/data/a.pcap", 0));
    summary.on_input_end(1, sample_input("/data/b\x1b.pcap", 0));
    Finding finding;
    finding.subject = sample_key(1, 2).high();
    finding.peer = sample_key(1, 2).low();
    finding.confidence = Confidence::kMedium;
    const auto tell = [&](EventKind kind, std::uint64_t frame) {
        finding.kind = kind;
        finding.frame = frame;
        summary.on_finding(finding);
    };
    finding.half_open = 400 * kSecond;
    finding.idle = 350 * kSecond;
    finding.count = 24;
    finding.limit = 30;
    finding.idle_count = 20;
    tell(EventKind::kProbesUnanswered, 1);  // no headline
    tell(EventKind::kPeerReset, 1);         // nor this
    tell(EventKind::kPeerRebooted, 1);      // told of the host
    tell(EventKind::kHeartbeatStopped, 2);
    tell(EventKind::kPeerLostState, 3);
    tell(EventKind::kMiddleboxReset, 4);
    tell(EventKind::kCapacityWarning, 5);
    tell(EventKind::kIdleTimeoutOnPath, 6);
    finding.file = 1;
    tell(EventKind::kHostRebooted, 9);
    finding.evidence = {3, 8};
    finding.evidence_count = 2;
    tell(EventKind::kPeerDead, 0);
    tell(EventKind::kPathDead, 0);
    finding.confidence = Confidence::kLow;
    tell(EventKind::kPeerRebooted, 7);
    REQUIRE(summary.finish({}).ok());
    const std::string text = summary.text({});
    const std::string headlines = text.substr(text.find('\n') + 1);
    CHECK(headlines.starts_with(
        "  rebooted host: 10.0.0.2 lost 24 connections, 400 s after its last segment (frame 9 of "
        "b\\x1B.pcap, medium confidence)\n"
        "  dead peer: 10.0.0.2:50000 stopped responding; 10.0.0.1:40000 gave up 400 s after its last segment "
        "(frame 8 of b\\x1B.pcap, medium confidence)\n"
        "  dead path: between 10.0.0.1:40000 and 10.0.0.2:50000, given up 400 s after the last answer (frame "
        "8 of b\\x1B.pcap, medium confidence)\n"
        "  possible reboot: 10.0.0.2:50000 no longer has state for its connection with 10.0.0.1:40000, 400 s "
        "after its last segment (frame 7 of b\\x1B.pcap, low confidence)\n"
        "  path timeout: 10.0.0.1 to 10.0.0.2 drops connections after 350 s of silence (frame 6 of a.pcap, "
        "medium confidence)\n"
        "  capacity: 10.0.0.2:50000 has 24 of 30 connections open, 20 of them idle (frame 5 of a.pcap, "
        "medium "
        "confidence)\n"
        "  middlebox reset: the connection of 10.0.0.1:40000 to 10.0.0.2:50000, after 350 s of silence "
        "(frame "
        "4 "
        "of a.pcap, medium confidence)\n"
        "  lost state: 10.0.0.2:50000 no longer has state for its connection with 10.0.0.1:40000, 400 s "
        "after its last segment (frame 3 of a.pcap, medium confidence)\n"
        "  heartbeat stopped: 10.0.0.2:50000 to 10.0.0.1:40000, silent for 350 s (frame 2 of a.pcap, medium "
        "confidence)\n"
        "a.pcap: "));
}

TEST_CASE("a peer whose answers were lost did not stop responding") {
    Summary summary;
    Finding finding;
    finding.kind = EventKind::kPeerDead;
    finding.reason = Reason::kAnswersLost;
    finding.subject = sample_key(1, 2).high();
    finding.peer = sample_key(1, 2).low();
    finding.confidence = Confidence::kMedium;
    summary.on_finding(finding);
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).find(
              "  dead peer: 10.0.0.2:50000 answered, but its answers did not reach 10.0.0.1:40000 (medium "
              "confidence)\n") != std::string::npos);
}

TEST_CASE("what was taken back makes no headline") {
    Summary summary;
    Finding dead;
    dead.kind = EventKind::kPeerDead;
    dead.severity = Severity::kCritical;
    for (const std::int64_t stream : {3, 4}) {
        dead.stream = stream;
        dead.frame = 10 + static_cast<std::uint64_t>(stream);
        summary.on_finding(dead);
    }
    Finding change;
    change.kind = EventKind::kVerdictChanged;
    change.stream = 4;
    change.taken_back = EventKind::kPeerDead;
    summary.on_finding(change);
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}).find("(frame 13, ") != std::string::npos);
    CHECK(summary.text({}).find("(frame 14, ") == std::string::npos);
}

TEST_CASE("only the worst findings make headlines: the surest, then those held longest, then the first") {
    Summary summary;
    Finding finding;
    finding.kind = EventKind::kPeerDead;
    for (std::uint64_t i = 0; i < 12; ++i) {
        finding.frame = 100 + i;
        finding.time = static_cast<Nanoseconds>(i);
        finding.half_open = static_cast<Nanoseconds>(i / 2) * kSecond;
        finding.confidence = i == 1 ? Confidence::kHigh : Confidence::kMedium;
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
    CHECK(text.find("\n  and 2 more (events.csv)\n") != std::string::npos);
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
