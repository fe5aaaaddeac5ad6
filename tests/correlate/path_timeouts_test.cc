#include "correlate/path_timeouts.h"

#include <algorithm>

#include "support/catch.h"

namespace deadpeer {
namespace {

IpAddress host(std::uint8_t last) {
    IpAddress address;
    address.bytes[3] = last;
    return address;
}

// What became of a connection.
struct Experience {
    PathFailure failure;
    bool failed = false;
};

Experience survived(Nanoseconds idle) {
    Experience experience;
    experience.failure.hosts = {host(1), host(2)};
    experience.failure.survived = idle;
    return experience;
}

// A box on the path says so itself: moments do not matter.
Experience failed(Nanoseconds idle, std::uint64_t frame = 1, std::uint32_t file = 0) {
    Experience experience = survived(kNoTime);
    experience.failed = true;
    experience.failure.idle = idle;
    experience.failure.time = static_cast<Nanoseconds>(frame) * kSecond;
    experience.failure.frame = frame;
    experience.failure.file = file;
    experience.failure.by_box = true;
    return experience;
}

// Nothing but silence tells it, between the two.
Experience fell_silent(Nanoseconds heard, Nanoseconds tried) {
    Experience experience = failed(tried - heard);
    experience.failure.heard = heard;
    experience.failure.time = tried + 100 * kSecond;
    experience.failure.by_box = false;
    return experience;
}

// A timeout of 350 s is known.
Nanoseconds known(Nanoseconds failed, Nanoseconds survived) {
    return failed >= 350 * kSecond && survived < 350 * kSecond ? 350 * kSecond : kNoTime;
}

std::vector<Finding> found(const std::vector<Experience>& experiences) {
    PathTimeouts paths;
    for (const auto& [failure, failed] : experiences) {
        if (failed) {
            paths.add_failure(failure);
        } else {
            paths.add_survival(failure.hosts, failure.survived);
        }
    }
    return paths.findings(known);
}

TEST_CASE("two failures after the same idle time are a finding, three a sure one") {
    const auto two = found({failed(60 * kSecond, 9), survived(10 * kSecond), failed(61 * kSecond, 7)});
    REQUIRE(two.size() == 1);
    CHECK(two[0].confidence == Confidence::kMedium);
    CHECK(two[0].count == 2);
    CHECK(two[0].idle == 60 * kSecond);
    CHECK(two[0].survived == 10 * kSecond);
    CHECK(two[0].frame == 7);
    CHECK(two[0].time == 9 * kSecond);
    const auto three =
        found({failed(60 * kSecond), failed(61 * kSecond), failed(62 * kSecond), survived(kSecond)});
    REQUIRE(three.size() == 1);
    CHECK(three[0].confidence == Confidence::kHigh);
}

TEST_CASE("the same idle time: 2 s or 2 % beyond the shortest") {
    CHECK(found({failed(60 * kSecond), failed(62 * kSecond), survived(1)}).size() == 1);
    CHECK(found({failed(60 * kSecond), failed(62 * kSecond + 1), survived(1)}).empty());
    CHECK(found({failed(300 * kSecond), failed(306 * kSecond), survived(1)}).size() == 1);
    CHECK(found({failed(300 * kSecond), failed(306 * kSecond + 1), survived(1)}).empty());
}

TEST_CASE("shorter idles must survive, and no longer one may") {
    CHECK(found({failed(60 * kSecond), failed(60 * kSecond)}).empty());
    CHECK(found({failed(60 * kSecond), failed(60 * kSecond), survived(57 * kSecond)}).size() == 1);
    CHECK(found({failed(60 * kSecond), failed(60 * kSecond), survived(57 * kSecond + 1)}).empty());
    CHECK(found({failed(20 * kSecond), failed(20 * kSecond), survived(18 * kSecond)}).size() == 1);
    CHECK(found({failed(20 * kSecond), failed(20 * kSecond), survived(18 * kSecond + 1)}).empty());
    CHECK(found({failed(60 * kSecond), failed(60 * kSecond), survived(1), survived(90 * kSecond)}).empty());
}

TEST_CASE("one moment at which the host died explains what was silent then") {
    const Experience first = fell_silent(100 * kSecond, 160 * kSecond);
    const Experience last = fell_silent(160 * kSecond, 220 * kSecond);
    const Experience after = fell_silent(160 * kSecond + 1, 220 * kSecond + 1);
    CHECK(found({first, last, survived(kSecond)}).empty());
    CHECK(found({first, first, first, survived(kSecond)}).empty());
    const auto two_moments = found({first, after, after, survived(kSecond)});
    REQUIRE(two_moments.size() == 1);
    CHECK(two_moments[0].confidence == Confidence::kMedium);
    CHECK(two_moments[0].count == 3);
    const Experience third = fell_silent(230 * kSecond, 290 * kSecond);
    CHECK(found({third, after, first, survived(kSecond)}).at(0).confidence == Confidence::kHigh);
}

TEST_CASE("unless the host was up") {
    Experience failure = fell_silent(100 * kSecond, 160 * kSecond);
    failure.failure.host_was_up = true;
    CHECK(found({failure, failure, survived(kSecond)}).size() == 1);
}

TEST_CASE("who was never heard may have died at any time before") {
    Experience failure = fell_silent(100 * kSecond, 160 * kSecond);
    Experience unheard = fell_silent(500 * kSecond, 560 * kSecond);
    unheard.failure.heard = kNoTime;
    CHECK(found({failure, unheard, survived(kSecond)}).empty());
}

TEST_CASE("a keepalive timer makes silences equal, whatever ends them") {
    Experience first = fell_silent(100 * kSecond, 160 * kSecond);
    Experience later = fell_silent(500 * kSecond, 560 * kSecond);
    CHECK(found({first, later, survived(kSecond)}).size() == 1);
    later.failure.by_timer = true;
    CHECK(found({first, later, survived(kSecond)}).empty());
    later.failure.host_was_up = true;
    CHECK(found({first, later, survived(kSecond)}).size() == 1);
}

TEST_CASE("what failed may have survived a shorter idle before") {
    Experience before = failed(60 * kSecond);
    before.failure.survived = 5 * kSecond;
    const auto findings = found({before, failed(60 * kSecond)});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].survived == 5 * kSecond);
}

TEST_CASE("each pair of hosts by itself") {
    Experience other = failed(60 * kSecond);
    other.failure.hosts.high = host(3);
    Experience other_survivor = survived(1);
    other_survivor.failure.hosts.high = host(3);
    CHECK(found({failed(60 * kSecond), other, survived(1), other_survivor}).empty());
    CHECK(found({failed(60 * kSecond), failed(60 * kSecond), other, other, survived(1), other_survivor})
              .size() == 2);
}

TEST_CASE("of many survivals of a pair the longest counts, whatever others come through") {
    std::vector<Experience> experiences = {failed(60 * kSecond), failed(60 * kSecond)};
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        experiences.push_back(survived(1 + i % 5000));
        experiences.push_back(survived(60 * kSecond));
        experiences.back().failure.hosts.high = host(static_cast<std::uint8_t>(3 + i % 200));
    }
    const auto findings = found(experiences);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].survived == 5000);
}

TEST_CASE("of many hosts the later failures stay, within the bound of memory") {
    constexpr std::size_t kBound = 100'000;
    PathTimeouts paths(kBound);
    for (std::uint32_t i = 1; i <= 10'000; ++i) {
        Experience experience = failed(60 * kSecond, i);
        experience.failure.hosts.high.bytes[1] = static_cast<std::uint8_t>(i >> 8);
        experience.failure.hosts.high.bytes[2] = static_cast<std::uint8_t>(i);
        if (paths.full()) paths.forget_earlier();
        paths.add_failure(experience.failure);
        paths.add_survival(experience.failure.hosts, kSecond);
    }
    CHECK(paths.memory() <= 2 * kBound);
    REQUIRE_FALSE(paths.failures().empty());
    CHECK(std::ranges::min_element(paths.failures(), {}, &PathFailure::frame)->frame > 9000);
}

TEST_CASE("a pair whose survivals found no room is not accused") {
    constexpr std::size_t kBound = 10'000;
    PathTimeouts paths(kBound);
    const auto pair = [](std::uint32_t i) {
        HostPair hosts{host(1), host(2)};
        hosts.high.bytes[1] = static_cast<std::uint8_t>(i >> 8);
        hosts.high.bytes[2] = static_cast<std::uint8_t>(i);
        return hosts;
    };
    for (std::uint32_t i = 0; i < 2'000; ++i) paths.add_survival(pair(i), 90 * kSecond);
    CHECK(paths.memory() <= 2 * kBound);
    for (const std::uint32_t i : {1U, 1'999U}) {
        for (int twice = 0; twice < 2; ++twice) {
            PathFailure failure = failed(60 * kSecond).failure;
            failure.hosts = pair(i);
            failure.survived = kSecond;
            paths.add_failure(failure);
        }
    }
    CHECK(paths.findings(known).empty());
}

TEST_CASE("a failure that is withdrawn counts no more, but one of the same connection after that does") {
    PathTimeouts paths;
    for (const StreamNumber stream : {7U, 8U}) {
        PathFailure failure = failed(60 * kSecond).failure;
        failure.stream = stream;
        paths.add_failure(failure);
    }
    paths.add_survival(failed(0).failure.hosts, kSecond);
    REQUIRE(paths.findings(known).size() == 1);
    paths.withdraw(8);
    CHECK(paths.findings(known).empty());
    PathFailure again = failed(61 * kSecond).failure;
    again.stream = 8;
    paths.add_failure(again);
    CHECK(paths.findings(known).size() == 1);
    CHECK(paths.failures().size() == 2);
}

TEST_CASE("what goes on counts as a survivor, as long as it does") {
    PathTimeouts paths;
    for (const std::uint64_t frame : {5U, 6U}) paths.add_failure(failed(60 * kSecond, frame).failure);
    const HostPair hosts = failed(0).failure.hosts;
    paths.add_survival(hosts, kSecond);
    CHECK(paths.findings(known, {{hosts, 70 * kSecond}}).empty());
    CHECK(paths.findings(known).size() == 1);
}

TEST_CASE("the evidence is of one file") {
    const auto findings = found({failed(60 * kSecond, 5, 0), failed(60 * kSecond, 6, 1), survived(1)});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].file == 0);
    CHECK(findings[0].evidence_count == 1);
    CHECK(findings[0].evidence[0] == 5);
}

TEST_CASE("failures after different silences are a finding if all are longer than a known timeout") {
    const auto different = [](Nanoseconds first, Nanoseconds survival, bool host_was_up = true) {
        std::vector<Experience> all = {failed(first, 9), failed(420 * kSecond, 7), failed(465 * kSecond, 5)};
        for (Experience& each : all) each.failure.host_was_up = host_was_up;
        all.push_back(survived(survival));
        return found(all);
    };
    const auto some = different(350 * kSecond, 10 * kSecond);
    REQUIRE(some.size() == 1);
    CHECK(some[0].reason == Reason::kKnownTimeout);
    CHECK(some[0].confidence == Confidence::kMedium);
    CHECK(some[0].count == 3);
    CHECK(some[0].idle == 350 * kSecond);
    CHECK(different(350 * kSecond - 1, 10 * kSecond).empty());
    CHECK(different(350 * kSecond, 350 * kSecond).empty());
    CHECK(different(350 * kSecond, kNoTime).empty());
    CHECK(different(350 * kSecond, 10 * kSecond, false).empty());
}

TEST_CASE("what fails within a second is one incident, whatever the silences before") {
    const auto second_at = [](Nanoseconds time) {
        std::vector<Experience> all = {failed(350 * kSecond, 5), failed(420 * kSecond, 6),
                                       survived(10 * kSecond)};
        for (Experience& each : all) each.failure.host_was_up = true;
        all[1].failure.time = time;
        return found(all);
    };
    CHECK(second_at(5 * kSecond).empty());
    CHECK(second_at(6 * kSecond).empty());
    CHECK(second_at(6 * kSecond + 1).size() == 1);
}

}  // namespace
}  // namespace deadpeer
