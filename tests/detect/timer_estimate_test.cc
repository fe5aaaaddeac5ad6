#include "detect/timer_estimate.h"

#include "correlate/timer_pool.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

constexpr Nanoseconds kMs = kMillisecond;

TEST_CASE("a gap tells the round timer that it can come from") {
    struct Case {
        const char* name;
        Nanoseconds shortest;
        Nanoseconds longest;
        Nanoseconds timer;
    };
    const Case cases[] = {
        {"exact", 75 * kSecond, 75 * kSecond, 75 * kSecond},
        {"Linux is late", 2019 * kMs, 2019 * kMs, 2 * kSecond},
        {"and later", 1024 * kMs, 1060 * kMs, 1 * kSecond},
        {"1 % early", 74'257'425'743, 74'257'425'743, 75 * kSecond},
        {"a nanosecond earlier", 74'257'425'742, 74'257'425'742, 74 * kSecond},
        {"3 % late", 77'319'587'628, 77'319'587'628, 75 * kSecond},
        {"a nanosecond later", 77'319'587'629, 77'319'587'629, 77 * kSecond},
        {"50 ms late", 350 * kMs, 350 * kMs, 300 * kMs},
        {"a nanosecond later than that", 350 * kMs + 1, 350 * kMs + 1, 350 * kMs + 1},
        {"the roundest wins", 7201 * kSecond, 7260 * kSecond, 7200 * kSecond},
        {"fifties are rounder than fifteens", 350 * kSecond, 350 * kSecond, 350 * kSecond},
        {"half a second", 12'500 * kMs, 12'522 * kMs, 12'500 * kMs},
        {"22.5 ms late", 12'522'500'000, 12'522'500'000, 12'500 * kMs},
        {"a nanosecond later it is a wheel's", 12'522'500'001, 12'522'500'001, 12 * kSecond},
        {"10 ms early", 12'490 * kMs, 12'490 * kMs, 12'500 * kMs},
        {"a nanosecond earlier", 12'489'999'999, 12'489'999'999, 12 * kSecond},
        {"of equally round ones the closest", 77'900 * kMs, 77'900 * kMs, 78 * kSecond},
        {"late by an eighth, as Linux' timer wheel", 10'010 * kMs, 11'250 * kMs, 10 * kSecond},
        {"50 ms weigh much on a short one", 123'456'789, 123'456'789, 100 * kMs},
    };
    for (const Case& one : cases) {
        INFO(one.name);
        CHECK(round_timer(one.shortest, one.longest) == one.timer);
    }
}

TEST_CASE("gaps of one timer come together") {
    const auto takes = [](Nanoseconds one, Nanoseconds other) {
        GapCluster cluster;
        cluster.add(one);
        const bool there = cluster.takes(other);
        GapCluster reverse;
        reverse.add(other);
        CHECK(reverse.takes(one) == there);
        return there;
    };
    CHECK(GapCluster{}.takes(1));
    CHECK(takes(8 * kSecond, 9090 * kMs));  // 9.09 s less a ninth is 8 s and 1 %
    CHECK_FALSE(takes(8 * kSecond, 9090 * kMs + 1));
    CHECK(takes(100 * kMs, 150 * kMs));
    CHECK_FALSE(takes(100 * kMs, 150 * kMs + 1));
    CHECK_FALSE(takes(10 * kSecond, 75 * kSecond));
}

TEST_CASE("the timer is what most gaps say") {
    TimerEstimate estimate;
    CHECK(estimate.value() == kNoTime);
    CHECK(estimate.cluster().gaps == 0);
    estimate.add(300 * kSecond);
    CHECK(estimate.value() == 300 * kSecond);
    estimate.add(75 * kSecond);
    CHECK(estimate.value() == 75 * kSecond);  // of equal ones the shortest
    estimate.add(301 * kSecond);
    CHECK(estimate.value() == 300 * kSecond);
    CHECK(estimate.cluster().gaps == 2);
}

TEST_CASE("a fourth kind of gap takes the place of the least frequent") {
    TimerEstimate estimate;
    for (int i = 0; i < 3; ++i) estimate.add(60 * kSecond);
    for (int i = 0; i < 2; ++i) estimate.add(10 * kSecond);
    estimate.add(1 * kSecond);
    for (int i = 0; i < 4; ++i) estimate.add(600 * kSecond);
    CHECK(estimate.value() == 600 * kSecond);
    estimate.add(60 * kSecond);
    estimate.add(60 * kSecond);
    CHECK(estimate.value() == 60 * kSecond);  // its three were kept
}

GapCluster gaps(Nanoseconds shortest, Nanoseconds longest, std::uint32_t count) {
    return {shortest, longest, count};
}

TEST_CASE("connections of one host to one service share their timer") {
    const TimerPool::Owner mail{{}, 25, false};
    const TimerPool::Owner web{{}, 80, false};
    TimerPool pool;
    const GapCluster late = gaps(33'100 * kMs, 33'100 * kMs, 1);
    pool.add(mail, late);
    pool.add(mail, gaps(30'010 * kMs, 30'010 * kMs, 1));
    pool.add(mail, gaps(90 * kSecond, 90 * kSecond, 1));
    pool.add(web, late);
    pool.add(web, {});
    pool.freeze();
    CHECK(pool.value(mail, late) == 30 * kSecond);
    CHECK(pool.value(mail, gaps(90 * kSecond, 90 * kSecond, 1)) == 90 * kSecond);
    CHECK(pool.value(web, late) == kNoTime);
    CHECK(pool.value(web, {}) == kNoTime);
}

TEST_CASE("a server's timer is not its host's as a client") {
    const TimerPool::Owner client{{}, 80, false};
    const TimerPool::Owner server{{}, 80, true};
    TimerPool pool;
    pool.add(client, gaps(33'100 * kMs, 33'100 * kMs, 1));
    pool.add(server, gaps(30 * kSecond, 30 * kSecond, 1));
    pool.freeze();
    CHECK(pool.value(client, gaps(33'100 * kMs, 33'100 * kMs, 1)) == kNoTime);
}

TEST_CASE("a few gaps that are shorter than nearly all do not count") {
    const auto value = [](int usual, int short_ones) {
        TimerEstimate estimate;
        for (int i = 0; i < short_ones; ++i) estimate.add(9706 * kMs);
        for (int i = 0; i < usual; ++i) estimate.add((i % 2 == 0 ? 9960 : 10'050) * kMs);
        return estimate.value();
    };
    CHECK(value(110, 2) == 10 * kSecond);
    CHECK(value(7, 1) == 10 * kSecond);
    CHECK(value(6, 1) == 9 * kSecond);  // too few to tell
    CHECK(value(6, 2) == 9 * kSecond);
}

TEST_CASE("gaps of several connections outvote one") {
    const TimerPool::Owner client{{}, 80, false};
    TimerPool pool;
    GapCluster with_outlier;
    with_outlier.add(9706 * kMs);
    with_outlier.add(10'010 * kMs);
    pool.add(client, with_outlier);
    for (int i = 0; i < 20; ++i) {
        GapCluster one;
        one.add(10'020 * kMs);
        one.add(9990 * kMs);
        pool.add(client, one);
    }
    pool.freeze();
    CHECK(pool.value(client, with_outlier) == 10 * kSecond);
}

TEST_CASE("a single gap is a value only where it is hardly later than a round one") {
    const auto value = [](Nanoseconds gap) {
        TimerEstimate estimate;
        estimate.add(gap);
        return estimate.value();
    };
    CHECK(value(619 * kMs) == kNoTime);
    CHECK(value(7541 * kMs) == kNoTime);
    CHECK(value(7260 * kMs) == 7 * kSecond);  // Linux, by a slot of its timer wheel
    CHECK(value(7260 * kMs + 1) == kNoTime);
    CHECK(value(17'050 * kMs) == 17 * kSecond);
    CHECK(value(17'050 * kMs + 1) == kNoTime);
    CHECK(value(6990 * kMs) == 7 * kSecond);
    CHECK(value(6990 * kMs - 1) == kNoTime);
    CHECK(value(10'260 * kMs) == 10 * kSecond);  // Linux
    CHECK(value(10'260 * kMs + 1) == kNoTime);
    CHECK(value(46'638 * kMs) == kNoTime);
    CHECK(value(369'343 * kMs) == kNoTime);
    CHECK(value(559'720 * kMs) == kNoTime);
    CHECK(value(7400 * kSecond) == 7200 * kSecond);
}

TEST_CASE("gaps that are all alike are the timer, unless a timer wheel fits") {
    const auto value = [](std::initializer_list<Nanoseconds> gaps_ms) {
        TimerEstimate estimate;
        for (const Nanoseconds gap : gaps_ms) estimate.add(gap * kMs);
        return estimate.value();
    };
    CHECK(value({187'316, 187'309, 187'304, 187'310}) == 187'300 * kMs);
    CHECK(value({197'981, 197'974, 197'976, 197'978}) == 198 * kSecond);
    CHECK(value({356'836, 356'823, 356'834}) == 356'800 * kMs);
    CHECK(value({249'010, 249'020, 249'013, 249'020}) == 249 * kSecond);
    CHECK(value({199'199, 199'371, 199'046, 199'526}) == 199 * kSecond);
    CHECK(value({7541, 7541}) == 7540 * kMs);
    CHECK(value({10'237, 10'240, 10'233}) == 10 * kSecond);  // 40 slots of 256 ms
    CHECK(value({7208'960, 7208'960}) == 7200 * kSecond);    // 55 slots of 131 s
    CHECK(value({60'124, 60'117, 60'144}) == 60 * kSecond);
}

TEST_CASE("a timer is never longer than all gaps") {
    TimerEstimate estimate;
    for (const Nanoseconds gap : {183'000, 183'100, 186'900}) estimate.add(gap * kMs);
    CHECK(estimate.value() <= 186'900 * kMs);
}

TEST_CASE("what one connection measured is not another one's timer, fired late") {
    const TimerPool::Owner client{{}, 80, false};
    const GapCluster one = gaps(187'304 * kMs, 187'316 * kMs, 4);
    const GapCluster other = gaps(197'974 * kMs, 197'981 * kMs, 4);
    const GapCluster single = gaps(187'212 * kMs, 187'212 * kMs, 1);
    TimerPool pool;
    for (const GapCluster& cluster : {other, one, single}) pool.add(client, cluster);
    pool.freeze();
    CHECK(pool.value(client, one) == 187'300 * kMs);
    CHECK(pool.value(client, other) == 198 * kSecond);
    CHECK(pool.value(client, single) == 187'200 * kMs);  // not 198 s, and known by the other's gaps
}

}  // namespace
}  // namespace deadpeer
