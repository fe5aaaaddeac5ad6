// Which lost connections are one reboot, and that any number of reboots is told in bounded memory.
#include "analyzer/reboots.h"

#include <numeric>
#include <random>
#include <tuple>

#include "support/catch.h"
#include "support/flow_key.h"
#include "support/recording_sink.h"

namespace deadpeer::test {
namespace {

// A connection of a host, last heard at one time and reset at another.
struct Loss {
    std::uint64_t host;
    Nanoseconds heard;
    Nanoseconds reset;
};

void count(Reboots& reboots, const Loss& loss, ReportSink& sink) {
    Connection connection;
    Judgement judgement;
    std::tie(connection.key, judgement.side) = make_flow_key({loss.host, 0}, 40'000, {0, 1}, 80, true);
    judgement.time = loss.reset;
    reboots.count_host(EventKind::kHostRebooted, connection, judgement, {},
                       connection.key.sender(judgement.side).address, loss.heard, sink);
}

std::vector<std::uint32_t> counts(const std::vector<Loss>& losses) {
    RecordingSink sink;
    Reboots reboots(std::size_t{1} << 20);
    for (const Loss& loss : losses) count(reboots, loss, sink);
    reboots.report(sink);
    reboots.report(sink);
    std::vector<std::uint32_t> counts;
    for (const Finding& finding : sink.findings) counts.push_back(finding.count);
    return counts;
}

using Counts = std::vector<std::uint32_t>;

TEST_CASE("a reboot lies between the last word and the RST of all connections that it took down") {
    CHECK(counts({{1, 10, 100}, {1, 20, 120}, {1, 90, 95}}) == Counts{3});
    CHECK(counts({{1, 10, 100}, {1, 100, 200}}) == Counts{1, 1});
    CHECK(counts({{1, 100, 200}, {1, 10, 100}, {1, 99, 101}}) == Counts{2, 1});
    CHECK(counts({{1, 10, 100}, {2, 10, 100}}) == Counts{1, 1});
}

TEST_CASE("no connection is left out, in whatever order and at whatever times hosts lose them") {
    std::mt19937 random(1);
    for (int round = 0; round < 1000; ++round) {
        std::vector<Loss> losses;
        for (int i = 0; i < 20; ++i) {
            const auto heard = static_cast<Nanoseconds>(random() % 20);
            losses.push_back({random() % 2, heard, heard + 1 + static_cast<Nanoseconds>(random() % 10)});
        }
        const Counts told = counts(losses);
        CHECK(std::accumulate(told.begin(), told.end(), std::size_t{0}) == losses.size());
    }
}

TEST_CASE("reboots of any number of hosts, or of one, are each told once in bounded memory") {
    constexpr std::size_t kBound = std::size_t{256} << 10;
    constexpr std::uint32_t kMany = 100'000;
    for (const bool one_host : {false, true}) {
        RecordingSink sink;
        Reboots reboots(kBound);
        std::size_t most = 0;
        for (std::uint32_t i = 0; i < kMany; ++i) {
            count(reboots, {one_host ? 0 : i, i * kSecond, i * kSecond + kSecond / 2}, sink);
            most = std::max(most, reboots.memory());
        }
        reboots.report(sink);
        CHECK(sink.findings.size() == kMany);
        CHECK(most <= kBound);
    }
}

TEST_CASE("live, a reboot is due once what it took down was counted") {
    RecordingSink sink;
    Reboots reboots(std::size_t{1} << 20);
    CHECK_FALSE(reboots.next_due());
    count(reboots, {1, 10 * kSecond, 100 * kSecond}, sink);
    count(reboots, {1, 10 * kSecond, 90 * kSecond}, sink);
    REQUIRE(reboots.next_due() == 95 * kSecond);
    reboots.report_due(sink, 95 * kSecond - 1);
    CHECK(sink.findings.empty());
    reboots.report_due(sink, 95 * kSecond);
    CHECK(sink.findings.size() == 1);
    CHECK_FALSE(reboots.next_due());
    count(reboots, {1, 10 * kSecond, 91 * kSecond}, sink);
    CHECK_FALSE(reboots.next_due());
}

}  // namespace
}  // namespace deadpeer::test
