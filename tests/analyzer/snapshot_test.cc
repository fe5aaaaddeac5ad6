// A snapshot while the analysis goes on: each connection once, and events do not wait for it.
#include <algorithm>
#include <random>
#include <set>

#include "analyzer/many_connections.h"
#include "analyzer/quiet_source.h"
#include "support/catch.h"
#include "support/recording_sink.h"

namespace deadpeer::test {
namespace {

constexpr Nanoseconds kStart = ManyConnections::kStart;
constexpr std::uint32_t kMany = 40'000;

// Streams in the order in which they were told.
struct PictureSink final : RecordingSink {
    std::vector<std::uint64_t> in_turn;
    std::vector<std::uint64_t> early;

    void on_flow(const FlowSummary& flow) override { in_turn.push_back(flow.stream); }
    void on_early_flow(const FlowSummary& flow) override {
        CHECK((in_turn.empty() || in_turn.back() < flow.stream));
        CHECK(flow.closed != Closed::kOpen);
        early.push_back(flow.stream);
    }
};

const QuietSource source;
const PacketSource* const sources[] = {&source};

struct Live {
    Live() : analyzer(options(), sink), traffic(analyzer) {
        analyzer.begin_input("eth0");
        analyzer.advance_time(kStart);
        for (std::uint32_t i = 0; i < kMany; ++i) traffic.open(i, now);
        traffic.flush();
    }
    static AnalyzerOptions options() {
        AnalyzerOptions options;
        options.segments = SegmentSelection::kNone;
        options.hash_seed = 1;
        return options;
    }
    void close(std::uint32_t number) {
        traffic.send(number, false, kFin | kAck, 1000, 5000, now);
        traffic.send(number, true, kFin | kAck, 5000, 1001, now);
    }
    // It has forgotten the connection, is challenged, and resets it: the old one waits beside the table.
    void forget(std::uint32_t number) {
        traffic.send(number, false, kSyn, 700'000, 0, now);
        traffic.send(number, true, kAck, 5000, 1000, now);
        traffic.send(number, false, kRst, 1000, 0, now);
    }
    void reopen(std::uint32_t number) { traffic.send(number, false, kSyn, 900'000, 0, now); }

    RecordingSink sink;
    Analyzer analyzer;
    ManyConnections traffic;
    Nanoseconds now = kStart + kSecond;
};

TEST_CASE("a snapshot has each connection once, whatever becomes of them meanwhile") {
    Live live;
    std::mt19937_64 random(1);
    const auto some = [&] { return static_cast<std::uint32_t>(random() % kMany); };
    for (int i = 0; i < 100; ++i) live.forget(some());
    live.traffic.flush();
    const std::size_t began = kMany + 100 - live.sink.flows.size();  // a few were forgotten twice

    std::uint32_t opened = kMany;
    PictureSink picture;
    REQUIRE(live.analyzer
                .snapshot(picture, sources,
                          [&] {
                              live.now += 10 * kMillisecond;
                              for (int i = 0; i < 100; ++i) {
                                  const std::uint32_t number = some();
                                  if (i % 2 == 0) live.close(number);
                                  if (i % 3 == 0) live.forget(number);
                                  live.reopen(number);
                                  live.traffic.open(opened++, live.now);
                              }
                              live.traffic.flush();
                              live.analyzer.advance_time(live.now);
                          })
                .ok());
    CHECK(std::ranges::is_sorted(picture.in_turn));
    CHECK(picture.early.size() > 1000);
    std::set<std::uint64_t> all(picture.in_turn.begin(), picture.in_turn.end());
    all.insert(picture.early.begin(), picture.early.end());
    CHECK(all.size() == picture.in_turn.size() + picture.early.size());
    CHECK(all.size() == began);
    CHECK(*all.rbegin() < kMany + 100);
    CHECK(picture.run.connections == kMany + 100);
}

TEST_CASE("a death is told while a snapshot is taken") {
    Live live;
    for (int i = 0; i < 3; ++i) live.traffic.send(7, false, kAck, 999, 5000, live.now += kSecond);
    live.traffic.flush();
    const Nanoseconds due = live.now + 1500 * kMillisecond + 1;
    std::vector<Nanoseconds> late;
    PictureSink picture;
    live.now = due - 10 * kMillisecond;
    const auto follow = [&] {
        live.analyzer.advance_time(live.now += kMillisecond);
        const bool told = live.sink.findings.back().kind == EventKind::kPeerDead;
        if (told && late.empty()) late.push_back(live.now - due);
    };
    REQUIRE(live.analyzer.snapshot(picture, sources, follow).ok());
    REQUIRE(late.size() == 1);
    CHECK(late[0] < kMillisecond);
    CHECK(picture.in_turn.size() == kMany);
}

}  // namespace
}  // namespace deadpeer::test
