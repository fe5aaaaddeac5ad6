#include "keepalive/path_timeouts.h"

#include "support/catch.h"

namespace deadpeer {
namespace {

IpAddress host(std::uint8_t last) {
    IpAddress address;
    address.bytes[3] = last;
    return address;
}

PathExperience survived(Nanoseconds idle) {
    PathExperience experience;
    experience.low = host(1);
    experience.high = host(2);
    experience.survived = idle;
    return experience;
}

PathExperience failed(Nanoseconds idle, std::uint64_t frame = 1, std::uint32_t file = 0) {
    PathExperience experience = survived(kNoTime);
    experience.failed = idle;
    experience.time = static_cast<Nanoseconds>(frame) * kSecond;
    experience.frame = frame;
    experience.file = file;
    return experience;
}

std::vector<Finding> found(std::vector<PathExperience> experiences) {
    return path_timeouts(experiences);
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
    CHECK(found({failed(350 * kSecond), failed(357 * kSecond), survived(1)}).size() == 1);
    CHECK(found({failed(350 * kSecond), failed(357 * kSecond + 1), survived(1)}).empty());
}

TEST_CASE("shorter idles must survive, and no longer one may") {
    CHECK(found({failed(60 * kSecond), failed(60 * kSecond)}).empty());
    CHECK(found({failed(60 * kSecond), failed(60 * kSecond), survived(60 * kSecond - 1)}).size() == 1);
    CHECK(found({failed(60 * kSecond), failed(60 * kSecond), survived(60 * kSecond)}).empty());
    CHECK(found({failed(60 * kSecond), failed(60 * kSecond), survived(1), survived(90 * kSecond)}).empty());
}

TEST_CASE("what failed may have survived a shorter idle before") {
    PathExperience before = failed(60 * kSecond);
    before.survived = 5 * kSecond;
    const auto findings = found({before, failed(60 * kSecond)});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].survived == 5 * kSecond);
}

TEST_CASE("each pair of hosts by itself") {
    PathExperience other = failed(60 * kSecond);
    other.high = host(3);
    PathExperience other_survivor = survived(1);
    other_survivor.high = host(3);
    CHECK(found({failed(60 * kSecond), other, survived(1), other_survivor}).empty());
    CHECK(found({failed(60 * kSecond), failed(60 * kSecond), other, other, survived(1), other_survivor})
              .size() == 2);
}

TEST_CASE("the evidence is of one file") {
    const auto findings = found({failed(60 * kSecond, 5, 0), failed(60 * kSecond, 6, 1), survived(1)});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].file == 0);
    CHECK(findings[0].evidence_count == 1);
    CHECK(findings[0].evidence[0] == 5);
}

}  // namespace
}  // namespace deadpeer
