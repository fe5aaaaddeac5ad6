// The numbers of a live capture, from what the analysis told.

#include "cli/live/live_numbers.h"

#include "support/catch.h"

using namespace deadpeer;
using namespace deadpeer::cli;

namespace {

FlowSummary flow(Closed closed, Verdict verdict, std::uint32_t probes, std::uint32_t answered) {
    FlowSummary flow;
    flow.closed = closed;
    flow.verdict = verdict;
    flow.initiator_side.probes = probes;
    flow.initiator_side.probes_answered = answered;
    return flow;
}

Finding finding(EventKind kind, Reason reason) {
    Finding finding;
    finding.kind = kind;
    finding.reason = reason;
    return finding;
}

InputSummary input(const std::string& name, std::uint64_t tcp_frames, std::uint64_t skipped,
                   Nanoseconds last) {
    InputSummary input;
    input.name = name;
    input.tcp_frames = tcp_frames;
    input.tcp_segments = tcp_frames + 1;
    input.skipped[3] = skipped;
    input.last_time = last;
    input.source.captured_bytes = 100 * tcp_frames;
    input.source.dropped_by_capture = 12;
    input.source.dropped_by_interface = 2;
    return input;
}

struct Story {
    Story() {
        ended.on_flow(flow(Closed::kByFin, Verdict::kClosed, 10, 8));
        ended.on_finding(finding(EventKind::kPeerDead, Reason::kUserTimeout));
        ended.on_finding(finding(EventKind::kPeerDead, Reason::kProbesExhausted));
        ended.on_finding(finding(EventKind::kPeerDead, Reason::kProbesExhausted));
        ended.on_finding(finding(EventKind::kProbesUnanswered, Reason::kProbesUnanswered));
        open.on_flow(flow(Closed::kOpen, Verdict::kIdle, 0, 0));
        open.on_flow(flow(Closed::kOpen, Verdict::kAlive, 5, 4));
        open.on_input_end(0, input("eth0", 1000, 10, 5 * kSecond));
        open.on_input_end(1, input("eth1", 500, 1, 7 * kSecond));
        RunSummary run;
        run.connections = 3;
        run.evicted_flows = 1;
        run.memory_bytes = 5 << 20;
        CHECK(open.finish(run).ok());
    }

    Tally ended;
    Tally open;
    LiveNumbers numbers{ended, open, 0, 0};
};

}  // namespace

TEST_CASE("statistics are one line, with all that was read, found and lost") {
    Story story;
    story.numbers.started = kSecond;
    story.numbers.now = 126 * kSecond;
    CHECK(statistics_text(story.numbers) ==
          "2 min 5 s: 1,511 frames (24 lost), 3 connections (2 open, 1 idle, 1 forgotten), 15 probes (3 "
          "unanswered), 4 events, 5 MiB of memory");
    story.numbers.now = kSecond + 2 * 3600 * kSecond + 300 * kSecond;
    CHECK(statistics_text(story.numbers).starts_with("2 h 5 min: "));
    story.numbers.now = kSecond + 15 * 86400 * kSecond + 3600 * kSecond;
    CHECK(statistics_text(story.numbers).starts_with("15 d 1 h: "));
}

TEST_CASE("metrics add what ended and what is open") {
    const Story story;
    const Metrics metrics = metrics_of(story.numbers, 99, [](std::size_t i) { return i == 0; });
    REQUIRE(metrics.interfaces.size() == 2);
    CHECK(metrics.interfaces[0].name == "eth0");
    CHECK(metrics.interfaces[0].frames == 1010);
    CHECK(metrics.interfaces[0].tcp_segments == 1001);
    CHECK(metrics.interfaces[0].bytes == 100'000);
    CHECK(metrics.interfaces[0].dropped_by_kernel == 10);
    CHECK(metrics.interfaces[0].dropped_by_interface == 2);
    CHECK(metrics.interfaces[0].up);
    CHECK_FALSE(metrics.interfaces[1].up);
    CHECK(metrics.connections == 3);
    CHECK(metrics.connections_open == 2);
    CHECK(metrics.connections_idle == 1);
    CHECK(metrics.connections_evicted == 1);
    CHECK(metrics.probes == 15);
    CHECK(metrics.probes_unanswered == 3);
    CHECK(metrics.memory_limit_bytes == 99);
    CHECK(metrics.last_frame == 7 * kSecond);
}

TEST_CASE("the files of a folder are one interface") {
    Story story;
    LiveNumbers numbers = story.numbers;
    numbers.one_input = "captures";
    const Metrics metrics = metrics_of(numbers, 99, [](std::size_t) { return true; });
    REQUIRE(metrics.interfaces.size() == 1);
    CHECK(metrics.interfaces[0].name == "captures");
    CHECK(metrics.interfaces[0].frames == 1511);
    CHECK(metrics.interfaces[0].bytes == 150'000);
    CHECK(metrics.interfaces[0].dropped_by_kernel == 20);
    CHECK(metrics.interfaces[0].dropped_by_interface == 4);
    CHECK(metrics.last_frame == 7 * kSecond);
}

TEST_CASE("counters of what has not happened yet are there, and 0") {
    const Story story;
    const Metrics metrics = metrics_of(story.numbers, 99, [](std::size_t) { return true; });
    CHECK(metrics.events.size() == 26);
    for (const auto& [kind, count] : metrics.events) {
        CHECK(count == (kind == EventKind::kPeerDead ? 3U : kind == EventKind::kProbesUnanswered ? 1U : 0U));
    }
    CHECK(metrics.dead_peers ==
          std::vector<std::pair<Reason, std::uint64_t>>{{Reason::kProbesExhausted, 2},
                                                        {Reason::kRetransmissionsExhausted, 0},
                                                        {Reason::kUserTimeout, 1}});
}
