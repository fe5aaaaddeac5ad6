// What questions about a host cost, in connections looked at: no more for all those of others.
#include <algorithm>

#include "analyzer/many_connections.h"
#include "core/work.h"
#include "support/catch.h"
#include "support/recording_sink.h"

namespace deadpeer::test {
namespace {

constexpr Nanoseconds kStart = ManyConnections::kStart;

AnalyzerOptions seeded() {
    AnalyzerOptions options;
    options.hash_seed = 1;
    return options;
}

// So many idle connections of hosts that have one each.
struct World {
    explicit World(std::uint32_t connections) : analyzer(seeded(), sink), traffic(analyzer) {
        analyzer.begin_input("live");
        analyzer.advance_time(kStart);
        for (std::uint32_t i = 0; i < connections; ++i) traffic.open(i, kStart + i * kMicrosecond);
        traffic.flush();
        Work::connections = Work::answers = 0;
    }

    // The client of that number has forgotten its connection, and is asked.
    void forget(std::uint32_t number, Nanoseconds now) {
        traffic.send(number, true, kAck, 4999, 1000, now);
        traffic.send(number, false, kRst, 1000, 0, now + kMillisecond, 0, 0);
        traffic.flush();
    }

    // Answers the most connections that were looked at in one call.
    std::uint64_t advance(Nanoseconds from, Nanoseconds to, Nanoseconds step) {
        std::uint64_t most = 0;
        for (Nanoseconds now = from; now <= to; now += step) {
            const std::uint64_t before = Work::connections;
            analyzer.advance_time(now);
            most = std::max(most, Work::connections - before);
        }
        return most;
    }

    RecordingSink sink;
    Analyzer analyzer;
    ManyConnections traffic;
};

TEST_CASE("a RST every 0.1 s among idle connections: no round looks at more than those of the hosts") {
    constexpr std::uint32_t kIdle = 100'000;
    constexpr std::uint32_t kResets = 100;
    World world(kIdle);
    Nanoseconds now = kStart + 60 * kSecond;
    std::uint64_t most = 0;
    for (std::uint32_t i = 0; i < kResets; ++i, now += kSecond / 10) {
        world.forget(i * 997, now);
        most = std::max(most, world.advance(now, now + kSecond / 10, kSecond / 10));
    }
    world.advance(now, now + 10 * kSecond, kSecond / 10);
    CHECK(world.sink.findings.size() == kResets);
    CHECK(Work::answers >= kResets);
    // Those of five hosts in half a second, and one in 32,768 others.
    CHECK(most <= 5 + 5 * 2 * kIdle / 32'768);
}

}  // namespace
}  // namespace deadpeer::test
