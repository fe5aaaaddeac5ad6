// Connections are counted once, warnings come at 80 % and not again before the count has fallen.
#include "correlate/census.h"

#include <map>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/flow_key.h"

namespace {

using deadpeer::Census;
using deadpeer::CensusEntry;
using deadpeer::Endpoint;
using deadpeer::Finding;
using deadpeer::FlowKey;
using deadpeer::IpAddress;
using deadpeer::kNoTime;
using deadpeer::kSecond;
using deadpeer::Nanoseconds;

using Limits = std::vector<deadpeer::AnalyzerOptions::ConnectionLimit>;

constexpr std::size_t kPlenty = std::size_t{1} << 20;

std::array<std::uint64_t, 2> words(std::uint8_t last_byte) {
    const IpAddress address{{10, 0, 0, last_byte}, false};
    std::array<std::uint64_t, 2> result{};
    std::memcpy(result.data(), address.bytes.data(), sizeof result);
    return result;
}

// The `number`th connection from 10.0.0.CLIENT to 10.0.0.SERVER:PORT; it begins in frame `number` and is
// open from 100 s on.
CensusEntry connection(std::uint8_t client, std::uint16_t number, std::uint8_t server = 200,
                       std::uint16_t port = 5432) {
    CensusEntry entry;
    deadpeer::Direction from_client{};
    std::tie(entry.key, from_client) = deadpeer::make_flow_key(
        words(client), static_cast<std::uint16_t>(40000 + number), words(server), port, false);
    entry.initiator = from_client;
    entry.first_frame = number;
    entry.frame = 1000U + number;
    entry.time = 100 * kSecond;
    return entry;
}

// How many connections of the server are open now.
std::size_t open_at(const Census& census, std::uint8_t server = 200, std::uint16_t port = 5432) {
    const auto never = [](const FlowKey&) { return kNoTime; };
    return census.warning(connection(1, 0, server, port), kSecond, never).count;
}

// How many of `count` connections, opened one after the other, raised a warning.
int warnings(Census& census, std::uint16_t first, std::uint16_t count) {
    int raised = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        raised += census.opened(connection(1, static_cast<std::uint16_t>(first + i))) ? 1 : 0;
    }
    return raised;
}

void close(Census& census, std::uint16_t first, std::uint16_t count) {
    for (std::uint16_t i = 0; i < count; ++i) {
        const CensusEntry entry = connection(1, static_cast<std::uint16_t>(first + i));
        census.closed(entry.key, entry.initiator);
    }
}

}  // namespace

TEST_CASE("80 % is a warning, one connection less is not") {
    for (const auto& [limit, expected] : std::vector<std::pair<std::uint32_t, std::uint16_t>>{
             {1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 4}, {10, 8}, {30, 24}, {100, 80}}) {
        INFO(limit);
        Census census(Limits{{5432, limit}}, kPlenty, 1);
        CHECK(warnings(census, 0, static_cast<std::uint16_t>(expected - 1)) == 0);
        CHECK(census.opened(connection(1, 9999)));
    }
}

TEST_CASE("a server that stays full is told once") {
    Census census(Limits{{5432, 10}}, kPlenty, 1);
    CHECK(warnings(census, 0, 30) == 1);
}

TEST_CASE("below 70 % the next crossing is told again") {
    Census census(Limits{{5432, 10}}, kPlenty, 1);
    CHECK(warnings(census, 0, 8) == 1);
    close(census, 0, 1);  // 7 are open: exactly 70 %
    CHECK(warnings(census, 0, 1) == 0);
    close(census, 0, 2);  // 6
    CHECK(warnings(census, 0, 2) == 1);
}

TEST_CASE("how many there were at most is told when they have become few, or at the end") {
    Census census(Limits{{5432, 10}}, kPlenty, 1);
    const auto idle = [](const FlowKey&) { return Nanoseconds{0}; };
    CHECK(warnings(census, 0, 8) == 1);
    CHECK(census.peaks(kSecond, idle).empty());
    CHECK(warnings(census, 8, 5) == 0);
    const auto peaks = census.peaks(kSecond, idle);
    REQUIRE(peaks.size() == 1);
    CHECK(peaks[0].count == 13);
    CHECK(peaks[0].limit == 10);
    CHECK(peaks[0].frame == 1012);
    CHECK(peaks[0].idle_count == 13);
    CHECK(peaks[0].holders[0].connections == 13);
    for (std::uint16_t i = 0; i < 6; ++i) {
        const CensusEntry entry = connection(1, i);
        CHECK_FALSE(census.closed(entry.key, entry.initiator));
    }
    CHECK(census.peaks(kSecond, idle)[0].count == 13);
    CHECK(census.peaks(kSecond, idle)[0].idle_count == 0);  // who held them is not known any more
    const CensusEntry entry = connection(1, 6);
    const auto peak = census.closed(entry.key, entry.initiator);
    REQUIRE(peak);
    CHECK(peak->count == 13);
    CHECK(peak->frame == 1012);
    CHECK(census.peaks(kSecond, idle).empty());
}

TEST_CASE("connections count once, however often they are opened or closed") {
    Census census(Limits{{5432, 10}}, kPlenty, 1);
    for (int i = 0; i < 20; ++i) CHECK_FALSE(census.opened(connection(1, 7)));
    CHECK(open_at(census) == 1);
    close(census, 7, 1);
    close(census, 7, 1);
    close(census, 8, 1);
    CHECK(open_at(census) == 0);
    CHECK(census.memory() == 0);
}

TEST_CASE("a flow that is evicted and met again counts once") {
    Census census(Limits{{5432, 10}}, kPlenty, 1);
    warnings(census, 0, 5);
    close(census, 2, 1);
    CHECK(open_at(census) == 4);
    warnings(census, 2, 1);
    CHECK(open_at(census) == 5);
}

TEST_CASE("each server of a port has the limit to itself") {
    Census census(Limits{{5432, 10}, {80, 5}}, kPlenty, 1);
    for (std::uint8_t host = 100; host < 200; ++host) {
        for (std::uint16_t i = 0; i < 7; ++i) CHECK_FALSE(census.opened(connection(1, i, host)));
    }
    CHECK(open_at(census, 150) == 7);
    CHECK(census.opened(connection(1, 7, 150)));
    for (std::uint16_t i = 0; i < 3; ++i) CHECK_FALSE(census.opened(connection(1, i, 150, 80)));
    CHECK(census.opened(connection(1, 3, 150, 80)));
}

TEST_CASE("ports without a limit are not counted") {
    Census census(Limits{{5432, 10}, {25, 0}}, kPlenty, 1);
    CHECK(census.active());
    CHECK_FALSE(Census({}, kPlenty, 1).active());
    CHECK_FALSE(Census(Limits{{25, 0}}, kPlenty, 1).active());
    for (std::uint16_t i = 0; i < 100; ++i) {
        CHECK_FALSE(census.opened(connection(1, i, 200, 443)));
        CHECK_FALSE(census.opened(connection(1, i, 200, 25)));
    }
    CHECK(open_at(census, 200, 443) == 0);
    CHECK(census.memory() == 0);
}

TEST_CASE("a client whose own port has a limit is no server") {
    Census census(Limits{{40001, 1}}, kPlenty, 1);
    CHECK_FALSE(census.opened(connection(1, 1)));
}

TEST_CASE("of two limits for a port the later counts") {
    Census census(Limits{{5432, 1}, {5432, 10}}, kPlenty, 1);
    CHECK(warnings(census, 0, 7) == 0);
    CHECK(warnings(census, 7, 1) == 1);
}

TEST_CASE("the warning names who holds most idle connections") {
    Census census(Limits{{5432, 20}}, kPlenty, 1);
    // Who opens how many, and how long they have been silent at 100 s.
    struct Holder {
        std::uint8_t client;
        std::uint16_t first;
        std::uint16_t count;
        Nanoseconds silence;
    };
    const std::vector<Holder> holders = {{250, 1, 2, 50 * kSecond},
                                         {9, 3, 5, 5 * kSecond},
                                         {3, 8, 2, 60 * kSecond},
                                         {4, 10, 1, 70 * kSecond},
                                         {5, 11, 4, 5 * kSecond - 1}};
    std::map<std::uint64_t, Nanoseconds> last_times;
    const auto by_port = [](const FlowKey& key) {
        return std::uint64_t{key.low_port == 5432 ? key.high_port : key.low_port};
    };
    for (const Holder& holder : holders) {
        for (std::uint16_t i = 0; i < holder.count; ++i) {
            const CensusEntry entry = connection(holder.client, static_cast<std::uint16_t>(holder.first + i));
            last_times[by_port(entry.key)] = entry.time - holder.silence;
            CHECK_FALSE(census.opened(entry));
        }
    }
    CensusEntry unknown = connection(6, 15);
    last_times[by_port(unknown.key)] = kNoTime;
    CHECK_FALSE(census.opened(unknown));
    const CensusEntry last = connection(7, 16);
    last_times[by_port(last.key)] = last.time;
    REQUIRE(census.opened(last));

    const Finding finding =
        census.warning(last, 5 * kSecond, [&](const FlowKey& key) { return last_times.at(by_port(key)); });
    CHECK(finding.kind == deadpeer::EventKind::kCapacityWarning);
    CHECK(finding.severity == deadpeer::Severity::kWarning);
    CHECK(finding.reason == deadpeer::Reason::kTooManyOpen);
    CHECK(finding.time == 100 * kSecond);
    CHECK(finding.frame == 1016);
    CHECK(finding.stream == -1);
    CHECK(finding.subject == Endpoint{IpAddress{{10, 0, 0, 200}, false}, 5432});
    CHECK(finding.count == 16);
    CHECK(finding.limit == 20);
    CHECK(finding.idle_count == 10);
    CHECK(finding.holders[0].host == IpAddress{{10, 0, 0, 9}, false});
    CHECK(finding.holders[0].connections == 5);
    CHECK(finding.holders[1].host == IpAddress{{10, 0, 0, 3}, false});
    CHECK(finding.holders[1].connections == 2);
    CHECK(finding.holders[2].host == IpAddress{{10, 0, 0, 250}, false});
    CHECK(finding.holders[2].connections == 2);
    const std::vector<std::uint64_t> evidence(finding.evidence.begin(),
                                              finding.evidence.begin() + finding.evidence_count);
    CHECK(evidence == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
}

TEST_CASE("frames of another input are no evidence in this one") {
    Census census(Limits{{5432, 2}}, kPlenty, 1);
    CHECK_FALSE(census.opened(connection(1, 1)));
    CensusEntry later = connection(1, 2);
    later.file = 1;
    REQUIRE(census.opened(later));
    const Finding finding = census.warning(later, kSecond, [](const FlowKey&) { return Nanoseconds{0}; });
    CHECK(finding.file == 1);
    CHECK(finding.idle_count == 2);
    REQUIRE(finding.evidence_count == 1);
    CHECK(finding.evidence[0] == 2);
}

TEST_CASE("beyond the memory cap connections are not counted, and told") {
    Census census(Limits{{5432, 1000}}, 15'000, 1);
    warnings(census, 0, 500);
    CHECK(census.memory() <= 15'000);
    CHECK(open_at(census) + census.refused() == 500);
    CHECK(census.refused() > 0);
    close(census, 0, 500);
    CHECK(open_at(census) == 0);
    warnings(census, 0, 1);
    CHECK(open_at(census) == 1);
}

TEST_CASE("the answers do not depend on the seed") {
    std::vector<Finding> findings;
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        Census census(Limits{{5432, 40}}, kPlenty, seed);
        for (std::uint16_t i = 1; i < 32; ++i) census.opened(connection(static_cast<std::uint8_t>(i % 7), i));
        findings.push_back(
            census.warning(connection(1, 99), kSecond, [](const FlowKey&) { return Nanoseconds{0}; }));
    }
    for (const Finding& finding : findings) {
        CHECK(finding.evidence == findings.front().evidence);
        CHECK(finding.evidence_count == 16);
        for (std::size_t i = 0; i < finding.holders.size(); ++i) {
            CHECK(finding.holders[i].host == findings.front().holders[i].host);
        }
    }
}
