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
          "trace.pcap: pcap, ETHERNET, 147, 100 frames, 91 TCP segments\n"
          "  1970-01-01 00:00:00 to 1970-01-01 01:02:05 UTC (1 h 2 min)\n"
          "Connections: 2 (1 open at the end, 1 reset, 1 seen in one direction only)\n"
          "Keepalive probes: 12 by initiators (11 answered), 1,234 by responders (1 answered)\n"
          "Keepalive ACKs: 1 by initiators, 11 by responders\n"
          "Skipped frames: 7 not_ip, 3 not_tcp\n"
          "Lost by the capture: 1 packet; what seems missing may have been there\n"
          "Forgotten for lack of memory: 3 connections; give more with --memory\n");
}

TEST_CASE("the summary of nothing") {
    Summary summary;
    REQUIRE(summary.finish({}).ok());
    CHECK(summary.text({}) == "Connections: 0\nKeepalive probes: none\n");
}

TEST_CASE("findings come first, with the worst severity") {
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
    CHECK(summary.text({}).starts_with("Findings (critical): 2 peer_recovered, 1 peer_dead\n"));
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
