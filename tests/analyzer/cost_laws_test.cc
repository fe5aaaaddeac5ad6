// What questions about a host cost, in connections looked at: no more for all those of others.
#include <algorithm>

#include "analyzer/many_connections.h"
#include "core/work.h"
#include "correlate/lost_together.h"
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

    // Clients forget their connections, one each `every`. Answers the most connections that were looked at in
    // a tenth of a second.
    std::uint64_t forget_many(std::uint32_t resets, Nanoseconds every) {
        Nanoseconds now = kStart + 60 * kSecond;
        std::uint64_t most = 0;
        const auto pass = [&](Nanoseconds until) {
            for (; now < until; now += kSecond / 10) {
                const std::uint64_t before = Work::connections;
                if (resets > 0 && now >= next_reset) {
                    forget(--resets * 997, now);
                    next_reset = now + every;
                }
                analyzer.advance_time(now + kSecond / 10);
                most = std::max(most, Work::connections - before);
            }
        };
        pass(now + resets * every);
        pass(now + 20 * kSecond);
        return most;
    }

    RecordingSink sink;
    Analyzer analyzer;
    ManyConnections traffic;
    Nanoseconds next_reset = kNoTime;
};

constexpr std::uint32_t kIdle = 100'000;
constexpr std::uint32_t kResets = 100;
// Those of five hosts in half a second, and one in 32,768 others.
constexpr std::uint64_t kOfHosts = 5 + 5 * 2 * kIdle / 32'768;

TEST_CASE("RSTs now and then among idle connections: no round looks at more than those of the hosts") {
    World world(kIdle);
    const std::uint64_t most = world.forget_many(kResets, 11 * kSecond);
    CHECK(world.sink.findings.size() == kResets);
    CHECK(Work::answers >= kResets);
    CHECK(most > 0);
    CHECK(most <= kOfHosts);
}

TEST_CASE("a RST every 0.1 s of clients of one server: so many of its others are looked at as may decide") {
    World world(kIdle);
    const std::uint64_t most = world.forget_many(kResets, kSecond / 10);
    CHECK(world.sink.findings.size() == kResets);
    CHECK(Work::answers >= kResets);
    CHECK(most > 0);
    CHECK(most <= kOfHosts + LostTogether::most_looked(kResets));
}

TEST_CASE("a host resets all its connections in a second: no call does more than a part of what follows") {
    constexpr std::uint32_t kLost = 30'000;
    constexpr std::uint32_t kAtOnce = 100;
    constexpr std::uint64_t kMost = 10'000;  // connections looked at and asked about
    World world(kLost);
    Nanoseconds now = kStart + 200 * kSecond;
    std::uint64_t most = 0;
    const auto call = [&](auto&& what) {
        const std::uint64_t before = Work::connections + Work::answers;
        what();
        most = std::max(most, Work::connections + Work::answers - before);
    };
    for (std::uint32_t i = 0; i < kLost; i += kAtOnce, now += kSecond / (kLost / kAtOnce)) {
        call([&] {
            for (std::uint32_t k = i; k < i + kAtOnce; ++k) {
                world.traffic.send(k, false, kAck | kPsh, 1000, 5000, now, 10);
                world.traffic.send(k, true, kRst, 5000, 0, now + kMillisecond, 0, 0);
            }
            world.traffic.flush();
        });
        call([&] { world.analyzer.advance_time(now + 2 * kMillisecond); });
    }
    const Nanoseconds last = now;
    while (world.sink.findings.size() < kLost && now < last + 10 * kSecond)
        call([&] { world.analyzer.advance_time(now += kMillisecond); });
    CHECK(world.sink.findings.size() == kLost);
    CHECK(now <= last + 2 * kSecond);
    CHECK(most <= kMost);
}

}  // namespace
}  // namespace deadpeer::test
