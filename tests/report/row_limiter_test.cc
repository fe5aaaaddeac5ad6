#include "report/live/row_limiter.h"

#include "report/explained.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

// Keeps what it is told.
struct Kept final : ReportSink {
    SegmentRowId on_segment(const SegmentRow& row) override {
        last_segment = row;
        return segments++;
    }
    void update_segment(SegmentRowId id, const SegmentRow& row) override {
        REQUIRE(id < segments);
        last_segment = row;
    }
    void on_finding(const Finding& finding) override { findings.push_back(finding); }
    void on_flow(const FlowSummary&) override { ++flows; }
    Status finish(const RunSummary&) override {
        finished = true;
        return success();
    }

    std::size_t segments = 0;
    SegmentRow last_segment;
    std::vector<Finding> findings;
    std::size_t flows = 0;
    bool finished = false;
};

struct Limited {
    Kept kept;
    RowLimiter limiter{kept};

    void events(std::int64_t stream, std::size_t count, EventKind kind = EventKind::kProbesUnanswered) {
        for (std::size_t i = 0; i < count; ++i) {
            Finding finding;
            finding.kind = kind;
            finding.severity = Severity::kCritical;
            finding.stream = stream;
            finding.time = static_cast<Nanoseconds>(i) * kSecond;
            finding.subject = sample_key(1, 2).high();
            limiter.on_finding(finding);
        }
    }
    SegmentRowId segment(std::uint64_t stream) {
        SegmentRow row = sample_probe(1);
        row.stream = stream;
        return limiter.on_segment(row);
    }
};

}  // namespace

TEST_CASE("a connection has 20 events a minute; the others are told as one when it ends") {
    Limited all;
    all.limiter.advance_time(0);
    all.events(7, 20);
    CHECK(all.kept.findings.size() == 20);
    all.events(7, 12, EventKind::kPeerRecovered);
    all.events(8, 1);
    all.limiter.advance_time(60 * kSecond - 1);
    REQUIRE(all.kept.findings.size() == 21);
    CHECK(all.limiter.events_left_out() == 12);
    all.limiter.advance_time(60 * kSecond);
    REQUIRE(all.kept.findings.size() == 22);
    const Finding& more = all.kept.findings.back();
    CHECK(more.kind == EventKind::kPeerRecovered);
    CHECK(more.severity == Severity::kInfo);
    CHECK(more.stream == 7);
    CHECK(more.time == 11 * kSecond);
    CHECK(more.left_out == 12);
    CHECK(explained(more) ==
          "Rate-limited: 12 more events of this connection in this minute.\n"
          "They are left out, so that a storm of events does not fill the disk.\n"
          "See flows.csv for what became of the connections.");
    // The next minute begins at nothing.
    all.events(7, 20);
    CHECK(all.kept.findings.size() == 42);
    all.limiter.advance_time(120 * kSecond);
    CHECK(all.kept.findings.size() == 42);
}

TEST_CASE("one event too many is told in the singular, and at the end of the run, too") {
    Limited all;
    all.events(7, 21);
    REQUIRE(all.limiter.finish({}).ok());
    CHECK(all.kept.finished);
    REQUIRE(all.kept.findings.size() == 21);
    CHECK(
        explained(all.kept.findings.back())
            .starts_with("Rate-limited: 1 more event of this connection in this minute.\nIt is left out, "));
}

TEST_CASE("a connection has 600 segment rows a minute; rows that were kept back are not updated") {
    Limited all;
    all.limiter.advance_time(0);
    SegmentRowId last = 0;
    for (int i = 0; i < 601; ++i) last = all.segment(7);
    CHECK(all.kept.segments == 600);
    CHECK(all.limiter.segments_left_out() == 1);
    all.limiter.update_segment(last, sample_probe(8));
    CHECK(all.kept.last_segment.segment.frame == 1);
    all.limiter.update_segment(599, sample_probe(9));
    CHECK(all.kept.last_segment.segment.frame == 9);
    CHECK(all.segment(8) == 600);
    all.limiter.advance_time(60 * kSecond);
    all.segment(7);
    CHECK(all.kept.segments == 602);
}

TEST_CASE("events of hosts are not those of a connection") {
    Limited all;
    all.events(-1, 1000, EventKind::kHostRebooted);
    CHECK(all.limiter.events_left_out() == 0);
    all.events(-1, 5, EventKind::kHostRebooted);
    all.limiter.end_minute();
    REQUIRE(all.kept.findings.size() == 1001);
    CHECK(all.kept.findings.back().left_out == 5);
    CHECK(explained(all.kept.findings.back())
              .starts_with("Rate-limited: 5 more events in this minute.\nThey are left out, "));
}

TEST_CASE("connections are told apart, however many") {
    Limited all;
    constexpr std::uint64_t kFlows = 20'000;
    for (int round = 0; round < 2; ++round) {
        for (std::uint64_t stream = 0; stream < kFlows; ++stream) {
            all.events(static_cast<std::int64_t>(stream), 1);
        }
    }
    CHECK(all.kept.findings.size() == 2 * kFlows);
    CHECK(all.limiter.events_left_out() == 0);
    all.limiter.advance_time(0);
    all.events(0, 21);
    CHECK(all.limiter.events_left_out() == 1);
    all.events(std::int64_t{1} << 40, 20);
    CHECK(all.limiter.events_left_out() == 1);
}

TEST_CASE("beyond the memory rows are kept back, and a few thousand stories are told") {
    Limited all;
    for (std::uint64_t stream = 0; stream < RowsOfMinute::kMostFlows; ++stream) all.segment(stream);
    CHECK(all.kept.segments == RowsOfMinute::kMostFlows);
    all.segment(RowsOfMinute::kMostFlows);
    CHECK(all.limiter.segments_left_out() == 1);
    all.segment(5);  // known: goes on
    CHECK(all.limiter.segments_left_out() == 1);
    constexpr auto kBeyond = static_cast<std::int64_t>(RowsOfMinute::kMostFlows);
    for (std::int64_t stream = 0; stream < 5000; ++stream) all.events(kBeyond + stream, 1);
    CHECK(all.kept.findings.empty());
    all.limiter.end_minute();
    REQUIRE(all.kept.findings.size() == 4097);
    CHECK(all.kept.findings.front().stream == -1);
    CHECK(all.kept.findings.front().left_out == 5000 - 4096);
    CHECK(all.segment(RowsOfMinute::kMostFlows) == RowsOfMinute::kMostFlows + 1);
}
