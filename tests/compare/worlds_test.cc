// Random worlds, of which the truth is known: nothing is invented, and what is there is found.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "compare/comparison.h"
#include "compare/simulated_path.h"
#include "support/catch.h"

namespace {

using namespace deadpeer;
using namespace deadpeer::comparing;
using simulated::Ending;
using simulated::Simulated;
using simulated::Ways;

// What was told, held against the truth.
struct Score {
    std::size_t lost = 0;  // that were captured before the box
    std::size_t lost_overlooked = 0;
    std::size_t lost_invented = 0;
    std::vector<std::uint64_t> missed;
    std::size_t injected = 0;
    std::size_t injected_found = 0;
    std::size_t injected_invented = 0;
    std::size_t pairs = 0;
    std::size_t wrong_pairs = 0;
    std::size_t clock_wrong = 0;
    std::size_t connections = 0;
    std::size_t wrong_connections = 0;
    std::map<PathFate, int> fates;
    PathFate mortal = PathFate::kUnknown;  // the connection that ends as the world says
};

bool any_of_ids(const std::vector<bool>& truth, const std::vector<std::uint32_t>& ids) {
    return std::ranges::any_of(ids, [&](std::uint32_t id) { return bool{truth[id]}; });
}

bool share(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
    return std::ranges::any_of(a, [&](std::uint32_t id) { return std::ranges::find(b, id) != b.end(); });
}

// Which of several packets without any difference was lost is nothing that anybody can tell.
using Key = std::array<std::uint64_t, 4>;

Key key_of(const SegmentRecord& each, const Ways& ways) {
    const std::uint64_t ip_id = ways.new_ip_ids ? 0 : each.ip_id;
    return {(std::uint64_t{each.seq} << 32) | each.ack, (std::uint64_t{each.length} << 32) | each.tsval,
            (ip_id << 16) | each.flags, static_cast<std::uint64_t>(each.direction)};
}

void score_point(Score& score, const Simulated& world, const PacketPairs& pairs, const Fates& fates,
                 bool at_a, const Ways& ways) {
    const auto& captured = at_a ? world.truth.at_a : world.truth.at_b;
    const auto all = pairs.segments(at_a);
    std::map<Key, int> balance;  // told to be lost, less those that were
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& ids = captured[all[i].frame - 1].ids;
        const Fate fate = fates.of(at_a)[i];
        // Where the other capture begins or ends nobody can tell.
        const Nanoseconds since = captured[all[i].frame - 1].time - captured.front().time;
        const Nanoseconds left = captured.back().time - captured[all[i].frame - 1].time;
        if (since < kSecond || left < kSecond) continue;
        const bool lost = any_of_ids(world.truth.lost_between, ids);
        const bool injected = any_of_ids(world.truth.injected, ids);
        const bool told = fate == Fate::kLostBetween;
        score.lost += lost;
        balance[key_of(all[i], ways)] += int{told} - int{lost};
        if (lost && !told) score.missed.push_back(all[i].frame * 2 + at_a);
        score.injected += injected;
        score.injected_found += injected && fate == Fate::kInjectedBetween;
        score.injected_invented += !injected && fate == Fate::kInjectedBetween;
    }
    for (const auto& [key, more] : balance) {
        score.lost_invented += more > 0 ? static_cast<std::size_t>(more) : 0;
        score.lost_overlooked += more < 0 ? static_cast<std::size_t>(-more) : 0;
    }
}

Score score_of(const Simulated& world, const Ways& ways) {
    const Comparison comparison(world.a, world.b);
    Score score;
    score.connections = comparison.connections().size();
    for (std::size_t i = 0; i < comparison.connections().size(); ++i) {
        const PacketPairs& pairs = comparison.packets(i);
        const Fates fates = comparison.fates_of(i);
        score_point(score, world, pairs, fates, true, ways);
        score_point(score, world, pairs, fates, false, ways);
        const auto at_a = pairs.segments(true);
        for (std::size_t k = 0; k < at_a.size(); ++k) {
            const Match& match = pairs.matches(true)[k];
            if (!match.found()) continue;
            ++score.pairs;
            const auto& there = world.truth.at_b[pairs.segments(false)[match.other].frame - 1].ids;
            const bool distinct = at_a[k].ip_id != 0 && !ways.new_ip_ids;
            score.wrong_pairs += distinct && !share(world.truth.at_a[at_a[k].frame - 1].ids, there);
            const auto gained = static_cast<Nanoseconds>(
                static_cast<double>(at_a[k].time - world.truth.begin) * ways.clock_drift);
            const Nanoseconds truth = ways.clock_offset + gained;
            const Nanoseconds error = comparison.clock().error_at(at_a[k].time);
            const Nanoseconds off = std::abs(comparison.clock().offset_at(at_a[k].time) - truth);
            if (k % 50 == 0) score.clock_wrong += error == kNoTime || off > error;
        }
        const Path path = comparison.path(i, [](const SegmentFate&) {});
        ++score.fates[path.verdict.fate];
        if (path.a->initiator_end().port == 40'001) score.mortal = path.verdict.fate;
        score.wrong_connections += path.a->initiator_end().port != 0 && path.packets_paired == 0;
    }
    return score;
}

Ways random_ways(std::uint64_t seed) {
    std::mt19937_64 random(seed * 7919);
    const auto coin = [&] { return (random() & 1U) != 0; };
    Ways ways;
    ways.seed = seed;
    ways.ending = static_cast<Ending>(random() % 6);
    ways.source_nat = coin();
    ways.destination_nat = coin();
    ways.timestamps = random() % 4 != 0;
    // Without time stamps nothing tells packets that were renumbered, too.
    ways.new_numbers = ways.timestamps && random() % 4 == 0;
    ways.new_ip_ids = random() % 4 == 0;
    ways.zero_ip_ids = random() % 4 == 0;
    ways.hops = static_cast<int>(random() % 3);
    ways.loss_between = random() % 3 == 0 ? 0 : 0.02;
    ways.joined_at_a = random() % 3 == 0;
    ways.joined_at_b = random() % 3 == 0;
    ways.midstream = random() % 4 == 0;
    ways.clock_offset = static_cast<Nanoseconds>(random() % 20'000) * kSecond - 10'000 * kSecond;
    ways.clock_drift = static_cast<double>(static_cast<int>(random() % 201) - 100) * 1e-6;
    ways.delay_there = static_cast<Nanoseconds>(random() % 20 + 1) * kMillisecond;
    ways.delay_back = static_cast<Nanoseconds>(random() % 20 + 1) * kMillisecond;
    return ways;
}

// As many as the environment asks for.
std::uint64_t worlds() {
    const char* const wanted = std::getenv("DEADPEER_WORLDS");
    return wanted == nullptr ? 40 : std::strtoull(wanted, nullptr, 10);
}

}  // namespace

TEST_CASE("of captures that miss nothing, no loss is invented and every one is found") {
    for (std::uint64_t seed = 1; seed <= worlds(); ++seed) {
        const Ways ways = random_ways(seed);
        INFO(describe(ways));
        const Score score = score_of(simulate(ways), ways);
        CHECK(score.lost_invented == 0);
        CHECK(score.injected_invented == 0);
        CHECK(score.lost_overlooked == 0);
        CHECK(score.injected_found == score.injected);
        CHECK(score.wrong_pairs == 0);
        CHECK(score.clock_wrong == 0);
        CHECK(score.connections == 4);
    }
}

TEST_CASE("a capture that misses one frame in twenty invents no loss") {
    for (std::uint64_t seed = 1; seed <= worlds(); ++seed) {
        Ways ways = random_ways(seed);
        (seed % 2 == 0 ? ways.missed_at_a : ways.missed_at_b) = 0.05;
        ways.loss_beyond = seed % 3 == 0 ? 0.02 : 0;
        INFO(describe(ways));
        const Score score = score_of(simulate(ways), ways);
        CHECK(score.lost_invented == 0);
        CHECK(score.injected_invented == 0);
        CHECK(score.clock_wrong == 0);
    }
}

TEST_CASE("a connection that died between is found though a capture misses frames") {
    std::size_t found = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Ways ways;
        ways.seed = seed;
        ways.ending = Ending::kForgotten;
        ways.missed_at_a = ways.missed_at_b = 0.05;
        INFO(describe(ways));
        const Score score = score_of(simulate(ways), ways);
        CHECK(score.lost_invented == 0);
        found += score.mortal == PathFate::kDiedBetween;
    }
    // Not where too few tries were captured.
    CHECK(found >= 15);
}

TEST_CASE("where the connection died is told") {
    const auto mortal_of = [](Ending ending, std::uint64_t seed) {
        Ways ways;
        ways.seed = seed;
        ways.ending = ending;
        ways.source_nat = true;
        ways.clock_offset = -5'000 * kSecond;
        return score_of(simulate(ways), ways).mortal;
    };
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        CHECK(mortal_of(Ending::kForgotten, seed) == PathFate::kDiedBetween);
        CHECK(mortal_of(Ending::kForgottenOneWay, seed) == PathFate::kAnswerDiedBetween);
        CHECK(mortal_of(Ending::kResetByBox, seed) == PathFate::kResetByPath);
        CHECK(mortal_of(Ending::kServerDies, seed) == PathFate::kPeerSilent);
        CHECK(mortal_of(Ending::kClose, seed) == PathFate::kClosed);
        CHECK(mortal_of(Ending::kOpen, seed) == PathFate::kOpen);
    }
}
