// The memory cap: what fits below it, what goes when it is reached, and that nothing grows beyond it.
#include "analyzer/many_connections.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

// Keeps what is small.
struct CountingSink final : ReportSink {
    std::vector<Finding> deaths;
    std::uint64_t streams_seen = 0;
    RunSummary run;

    void on_finding(const Finding& finding) override {
        if (finding.kind == EventKind::kPeerDead) deaths.push_back(finding);
    }
    void on_flow(const FlowSummary& /*flow*/) override { ++streams_seen; }
    Status finish(const RunSummary& summary) override {
        run = summary;
        return success();
    }
};

constexpr Nanoseconds kStart = ManyConnections::kStart;

AnalyzerOptions options(std::size_t memory_cap) {
    AnalyzerOptions options;
    options.memory_cap = memory_cap;
    options.hash_seed = 1;
    return options;
}

// Three unanswered probes, a second apart; the next would have come after half a second more.
void probe_in_vain(ManyConnections& traffic, std::uint32_t number, Nanoseconds from) {
    for (int i = 0; i < 3; ++i) traffic.send(number, false, kAck, 999, 5000, from + i * kSecond);
}

TEST_CASE("a million idle connections take at most 256 bytes each, live 4 more") {
    constexpr std::uint32_t kMillion = 1'000'000;
    for (const bool live : {false, true}) {
        INFO((live ? "live" : "file"));
        CountingSink sink;
        Analyzer analyzer(options(std::size_t{256} << 20), sink);
        analyzer.begin_input("idle");
        if (live) analyzer.advance_time(kStart);
        ManyConnections traffic(analyzer);
        for (std::uint32_t i = 0; i < kMillion; ++i) traffic.open(i, kStart + i * kMicrosecond);
        traffic.flush();
        REQUIRE(analyzer.finish().ok());
        CHECK(sink.run.evicted_flows == 0);
        CHECK(sink.run.connections == kMillion);
        CHECK(sink.run.memory_bytes <= std::size_t{live ? 260U : 256U} * kMillion);
    }
}

TEST_CASE("an established connection survives a flood of SYNs, and its end is told in time") {
    constexpr std::size_t kCap = std::size_t{4} << 20;
    constexpr std::uint32_t kFlood = 1'000'000;
    CountingSink sink;
    Analyzer analyzer(options(kCap), sink);
    analyzer.begin_input("flood");
    ManyConnections traffic(analyzer);
    traffic.open(0, kStart);
    Nanoseconds now = kStart + 10 * kSecond;
    for (std::uint32_t i = 1; i <= kFlood; ++i, now += 10 * kMicrosecond) {
        traffic.send(i, false, kSyn, 1, 0, now);
        if (i % 8 == 0) traffic.send(i, false, kSyn, 1, 0, now + 1);  // some ask twice
        if (i % 1024 == 0) analyzer.advance_time(now);
    }
    probe_in_vain(traffic, 0, kStart + 85 * kSecond);
    traffic.flush();
    const Nanoseconds dead = kStart + 88'500 * kMillisecond;
    analyzer.advance_time(dead);
    CHECK(sink.deaths.empty());
    analyzer.advance_time(dead + 1);
    REQUIRE(sink.deaths.size() == 1);
    CHECK(sink.deaths[0].stream == 0);
    CHECK(sink.deaths[0].time == dead);

    REQUIRE(analyzer.finish().ok());
    CHECK(sink.run.connections == kFlood + 1);
    CHECK(sink.run.evicted_flows > kFlood / 2);
    CHECK(sink.run.memory_bytes <= kCap);
}

TEST_CASE("live, a flood gets half of the cap, and connections with an answer get all of it") {
    constexpr std::size_t kCap = std::size_t{4} << 20;
    constexpr std::uint32_t kMany = 100'000;
    for (const bool flood : {true, false}) {
        CountingSink sink;
        Analyzer analyzer(options(kCap), sink);
        analyzer.begin_input("live");
        analyzer.advance_time(kStart);
        ManyConnections traffic(analyzer);
        for (std::uint32_t i = 0; i < kMany; ++i) {
            if (flood) {
                traffic.send(i, false, kSyn, 1, 0, kStart + i * kMicrosecond);
            } else {
                traffic.open(i, kStart + i * kMicrosecond);
            }
        }
        traffic.flush();
        REQUIRE(analyzer.finish().ok());
        INFO((flood ? "flood" : "answered"));
        CHECK((sink.run.memory_bytes <= kCap / 2) == flood);
        CHECK(sink.run.memory_bytes <= kCap);
    }
}

TEST_CASE("what troubled connections need stays near the cap, too") {
    constexpr std::size_t kCap = std::size_t{2} << 20;
    constexpr std::uint32_t kConnections = 6000;
    CountingSink sink;
    Analyzer analyzer(options(kCap), sink);
    analyzer.begin_input("trouble");
    ManyConnections traffic(analyzer);
    for (std::uint32_t i = 0; i < kConnections; ++i) traffic.open(i, kStart + i * kMicrosecond);
    for (std::uint32_t i = 0; i < kConnections; ++i) {
        probe_in_vain(traffic, i, kStart + 75 * kSecond + i * kMicrosecond);
    }
    traffic.flush();
    REQUIRE(analyzer.finish().ok());
    CHECK(sink.run.evicted_flows > 0);
    CHECK(sink.run.memory_bytes <= kCap + (std::size_t{1} << 20));
}

// A client that has forgotten the connection opens it anew, and resets it when the server challenges that.
void forget_and_reopen(ManyConnections& traffic, std::uint32_t number, std::uint32_t isn, Nanoseconds now) {
    traffic.send(number, false, kSyn, isn, 0, now);
    traffic.send(number, true, kSyn | kAck, isn, isn + 1, now + 1);
    traffic.send(number, false, kAck, isn + 1, isn + 1, now + 2);
    traffic.send(number, false, kSyn, isn + 700'000, 0, now + 3);
    traffic.send(number, true, kAck, isn + 1, isn + 1, now + 4);
    traffic.send(number, false, kRst, isn + 1, 0, now + 5);
}

TEST_CASE("connections that were reset after their 4-tuple was taken stay below the cap, and cost no other") {
    constexpr std::size_t kCap = std::size_t{4} << 20;
    constexpr std::uint32_t kOthers = 5000;
    constexpr std::uint32_t kForgotten = 30'000;
    for (const bool live : {false, true}) {
        INFO((live ? "live" : "file"));
        CountingSink sink;
        Analyzer analyzer(options(kCap), sink);
        analyzer.begin_input("reopened");
        if (live) analyzer.advance_time(kStart);
        ManyConnections traffic(analyzer);
        for (std::uint32_t i = 0; i < kOthers; ++i) traffic.open(i, kStart + i * kMicrosecond);
        for (std::uint32_t i = 0; i < kForgotten; ++i) {
            forget_and_reopen(traffic, kOthers + i % 50, 1'000'000 * (i % 50) + i,
                              kStart + 10 * kSecond + i * kMicrosecond);
        }
        traffic.flush();
        REQUIRE(analyzer.finish().ok());
        CHECK(sink.streams_seen == sink.run.connections);
        CHECK(sink.run.evicted_flows == 0);
        CHECK(sink.run.memory_bytes <= kCap);
    }
}

}  // namespace
}  // namespace deadpeer::test
