// What the process holds, as the system counts it, is bounded by the memory cap whatever the traffic.
//
// Each traffic is analysed in a process of its own, of which the highest resident size is read at the end.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string>

#include "analyzer/many_connections.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

struct CountingSink final : ReportSink {
    RunSummary run;
    std::uint64_t flows = 0;

    void on_flow(const FlowSummary& /*flow*/) override { ++flows; }
    Status finish(const RunSummary& summary) override {
        run = summary;
        return success();
    }
};

constexpr Nanoseconds kStart = ManyConnections::kStart;
constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kAllowance = 64 * kMiB;

struct Outcome {
    std::size_t resident = 0;  // at most, in bytes
    std::size_t counted = 0;
    std::uint64_t evicted = 0;
    std::uint64_t ranges_forgotten = 0;
    bool all_told = false;
};

std::size_t highest_resident() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        std::size_t kilobytes = 0;
        if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024;
    }
    return 0;
}

using Feed = std::function<void(ManyConnections& traffic, Analyzer& analyzer)>;

Outcome analyse(std::size_t cap, bool live, const Feed& feed) {
    AnalyzerOptions options;
    options.memory_cap = cap;
    options.hash_seed = 1;
    CountingSink sink;
    Analyzer analyzer(options, sink);
    analyzer.begin_input("traffic");
    if (live) analyzer.advance_time(kStart);
    ManyConnections traffic(analyzer);
    feed(traffic, analyzer);
    traffic.flush();
    const bool finished = analyzer.finish().ok();
    return {highest_resident(), sink.run.memory_bytes, sink.run.evicted_flows, sink.run.ranges_forgotten,
            finished && sink.flows == sink.run.connections};
}

Outcome in_own_process(std::size_t cap, bool live, const Feed& feed) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const Outcome outcome = analyse(cap, live, feed);
        const bool written = ::write(pipe[1], &outcome, sizeof outcome) == ssize_t{sizeof outcome};
        ::_exit(written ? 0 : 1);
    }
    ::close(pipe[1]);
    Outcome outcome;
    const bool read = ::read(pipe[0], &outcome, sizeof outcome) == ssize_t{sizeof outcome};
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);
    REQUIRE(read);
    return outcome;
}

Outcome bounded(std::size_t cap, bool live, const Feed& feed) {
    const Outcome outcome = in_own_process(cap, live, feed);
    INFO((live ? "live" : "file") << ", resident " << outcome.resident / kMiB << " MiB, counted "
                                  << outcome.counted / kMiB << ", cap " << cap / kMiB);
    CHECK(outcome.counted <= cap + kMiB);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(outcome.resident <= cap + kAllowance);
#endif
    CHECK(outcome.all_told);
    return outcome;
}

// Data that nobody acknowledges: what is in flight grows with each segment.
Feed one_way_bulk(std::uint32_t connections, std::uint32_t segments) {
    return [=](ManyConnections& traffic, Analyzer&) {
        for (std::uint32_t segment = 0; segment < segments; ++segment) {
            for (std::uint32_t i = 0; i < connections; ++i) {
                traffic.send(i, false, kAck, 1000 * segment, 1, kStart + segment * kMillisecond, 1000);
            }
        }
    };
}

TEST_CASE("one-way bulk transfers stay within the cap") {
    for (const bool live : {false, true}) {
        const Outcome outcome = bounded(16 * kMiB, live, one_way_bulk(2000, 2100));
        CHECK(outcome.evicted == 0);
        CHECK(outcome.ranges_forgotten > 1'000'000);
    }
}

TEST_CASE("what fits is not forgotten") {
    const Outcome outcome = bounded(64 * kMiB, false, one_way_bulk(200, 2100));
    CHECK(outcome.evicted == 0);
    CHECK(outcome.ranges_forgotten == 0);
}

TEST_CASE("many connections, and a reset of each by their server, stay within the cap") {
    for (const bool live : {false, true}) {
        const Outcome outcome = bounded(64 * kMiB, live, [](ManyConnections& traffic, Analyzer&) {
            constexpr std::uint32_t kConnections = 300'000;
            for (std::uint32_t i = 0; i < kConnections; ++i) traffic.open(i, kStart + i * kMicrosecond);
            for (std::uint32_t i = 0; i < kConnections; ++i) {
                const Nanoseconds time = kStart + 100 * kSecond + i * kMicrosecond;
                traffic.send(i, false, kAck, 1000, 5000, time, 10);
                traffic.send(i, true, kRst, 5000, 0, time + 1, 0, 0);
            }
        });
        CHECK(outcome.evicted > 0);
    }
}

TEST_CASE("connections that reset, probe, beat and are opened anew take no more together") {
    for (const bool live : {false, true}) {
        bounded(16 * kMiB, live, [](ManyConnections& traffic, Analyzer&) {
            constexpr std::uint32_t kConnections = 60'000;
            for (std::uint32_t i = 0; i < kConnections; ++i) traffic.open(i, kStart + i * kMicrosecond);
            for (std::uint32_t round = 1; round <= 6; ++round) {
                for (std::uint32_t i = 0; i < kConnections; ++i) {
                    const Nanoseconds time = kStart + round * 30 * kSecond + i * kMicrosecond;
                    switch ((i + round / 4) % 4) {
                        case 0:
                            traffic.send(i, false, kAck, 999, 5000, time);
                            break;
                        case 1:
                            traffic.send(i, true, kAck, 5000 + 8 * round, 1000, time, 8);
                            break;
                        case 2:
                            traffic.send(i, false, kSyn, 70'000 * round, 0, time);
                            break;
                        default:
                            traffic.send(i, false, kAck, 1000 + 4000 * round, 5000, time, 100);
                            break;
                    }
                }
            }
        });
    }
}

TEST_CASE("800,000 connections stay within the cap") {
    bounded(128 * kMiB, false, [](ManyConnections& traffic, Analyzer&) {
        for (std::uint32_t i = 0; i < 800'000; ++i) traffic.open(i, kStart + i * kMicrosecond);
    });
}

}  // namespace
}  // namespace deadpeer::test
