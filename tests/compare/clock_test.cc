#include "compare/clock.h"

#include <cstdlib>
#include <random>

#include "support/catch.h"

namespace {

using deadpeer::kMicrosecond;
using deadpeer::kMillisecond;
using deadpeer::kNoTime;
using deadpeer::kSecond;
using deadpeer::Nanoseconds;
using deadpeer::comparing::Clock;
using deadpeer::comparing::Reading;

struct Truth {
    Nanoseconds offset = 0;
    double drift = 0;

    [[nodiscard]] Nanoseconds at(Nanoseconds time) const {
        return offset + static_cast<Nanoseconds>(static_cast<double>(time) * drift);
    }
};

// Packets of both directions, with delays of their own.
std::vector<Reading> readings(const Truth& truth, std::uint64_t seed, Nanoseconds from, Nanoseconds to) {
    std::mt19937_64 random(seed);
    const auto delay = [&](Nanoseconds least) {
        return least + static_cast<Nanoseconds>(random() % static_cast<std::uint64_t>(10 * kMillisecond));
    };
    std::vector<Reading> all;
    for (Nanoseconds time = from; time < to; time += kSecond / 2) {
        const bool from_a = (random() & 1U) != 0;
        const Nanoseconds way = from_a ? delay(2 * kMillisecond) : -delay(7 * kMillisecond);
        all.push_back({time, truth.at(time) + way, from_a});
    }
    return all;
}

}  // namespace

TEST_CASE("a clock without packets is not known") {
    CHECK_FALSE(Clock().known());
}

TEST_CASE("the true offset is within the error, whatever the offset, the drift and the two ways") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        std::mt19937_64 random(seed);
        const Truth truth = {static_cast<Nanoseconds>(random() % 20'000) * kSecond - 10'000 * kSecond,
                             static_cast<double>(random() % 400) * 1e-6 - 200e-6};
        const Clock clock(readings(truth, seed, 0, 900 * kSecond));
        INFO("seed " << seed);
        REQUIRE(clock.known());
        CHECK(clock.steps().empty());
        for (Nanoseconds time = 0; time < 900 * kSecond; time += 100 * kSecond) {
            const Nanoseconds error = clock.error_at(time);
            CHECK(std::llabs(clock.offset_at(time) - truth.at(time)) <= error);
            CHECK(std::llabs(clock.offset_at_b(time + truth.at(time)) - truth.at(time)) <=
                  error + kMicrosecond);
            CHECK(error < 8 * kMillisecond);
        }
    }
}

TEST_CASE("a clock that is set is noticed, and known before and after") {
    for (const Nanoseconds step : {3'600 * kSecond, -kSecond, 100 * kMillisecond}) {
        const Truth before = {5 * kSecond, 20e-6};
        const Truth after = {5 * kSecond + step, 20e-6};
        std::vector<Reading> all = readings(before, 1, 0, 290 * kSecond);
        const std::vector<Reading> later = readings(after, 2, 290 * kSecond, 600 * kSecond);
        all.insert(all.end(), later.begin(), later.end());
        const Clock clock(std::move(all));
        INFO("step " << step);
        REQUIRE(clock.steps().size() >= 1);
        CHECK(std::llabs(clock.offset_at(100 * kSecond) - before.at(100 * kSecond)) <=
              clock.error_at(100 * kSecond));
        CHECK(std::llabs(clock.offset_at(500 * kSecond) - after.at(500 * kSecond)) <=
              clock.error_at(500 * kSecond));
    }
}

TEST_CASE("packets in one direction only leave the error open") {
    const Clock clock({{0, 5 * kSecond, true}, {kSecond, 5 * kSecond + kMillisecond, true}});
    REQUIRE(clock.known());
    CHECK(clock.error_at(0) == kNoTime);
    CHECK(std::llabs(clock.offset_at(0) - 5 * kSecond) <= kMicrosecond);
}

TEST_CASE("one packet taken for another does not turn the clock") {
    const Truth truth = {0, 0};
    std::vector<Reading> all = readings(truth, 3, 0, 60 * kSecond);
    all.push_back({30 * kSecond, -75 * kSecond, true});
    const Clock clock(std::move(all));
    CHECK(clock.steps().empty());
    CHECK(std::llabs(clock.offset_at(30 * kSecond)) <= clock.error_at(30 * kSecond));
}
