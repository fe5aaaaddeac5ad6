// Time stamps of pcapng: exact for every resolution and offset, or none at all.
#include "capture/file/pcapng_time.h"

#include <limits>

#include "support/catch.h"

namespace deadpeer::test {
namespace {

using capture::TimeScale;

constexpr std::uint64_t kMaxTicks = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t kMaxOffset = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMinOffset = std::numeric_limits<std::int64_t>::min();

constexpr std::uint8_t two(unsigned exponent) {
    return static_cast<std::uint8_t>(0x80U | exponent);
}

TEST_CASE("ticks of any unit become nanoseconds, rounded down") {
    struct Case {
        std::uint8_t resolution;
        std::int64_t offset_s;
        std::uint64_t ticks;
        Nanoseconds time;
    };
    const std::vector<Case> cases = {
        {0, 0, 1'600'000'000, 1'600'000'000'000'000'000},
        {3, 0, 1'600'000'000'123, 1'600'000'000'123'000'000},
        {6, 0, 1'600'000'000'123'456, 1'600'000'000'123'456'000},
        {9, 0, 1'600'000'000'123'456'789, 1'600'000'000'123'456'789},
        {10, 0, 19, 1},
        {12, 0, 1'600'000'123'456'789'999, 1'600'000'123'456'789},
        {20, 0, kMaxTicks, 184'467'440},
        {28, 0, kMaxTicks, 1},
        {29, 0, kMaxTicks, 0},
        {127, 0, kMaxTicks, 0},
        {two(0), 0, 5, 5'000'000'000},
        {two(1), 0, 3, 1'500'000'000},
        {two(20), 0, (std::uint64_t{1'600'000'000} << 20) + 12'345, 1'600'000'000'011'773'109},
        {two(63), 0, kMaxTicks, 1'999'999'999},
        {two(64), 0, kMaxTicks, 999'999'999},
        {two(127), 0, kMaxTicks, 0},
        {6, -3600, 1'700'000'000'000'000, 1'699'996'400'000'000'000},
        {6, 1, 0, 1'000'000'000},
        {6, -1, 0, -1'000'000'000},
        {two(10), -1, 512, -500'000'000},
        {12, 1, 1'000, 1'000'000'001},
    };
    for (const Case& one : cases) {
        CAPTURE(one.resolution, one.offset_s, one.ticks);
        CHECK(TimeScale(one.resolution, one.offset_s).to_time(one.ticks) == one.time);
    }
}

TEST_CASE("the last usable moment is a time and the next is none") {
    struct Case {
        std::uint8_t resolution;
        std::int64_t offset_s;
        std::uint64_t last_ticks;
    };
    const std::vector<Case> cases = {
        {0, 0, 4'611'686'018},
        {6, 0, 4'611'686'018'427'387},
        {9, 0, static_cast<std::uint64_t>(kLatestTime)},
        {6, 4'611'686'017, 1'427'387},
        // Before the year 1970 by the offset, so that more ticks fit.
        {9, -2'305'843'009, 6'917'529'027'427'387'903U},
        {6, -2'305'843'009, 6'917'529'027'427'387},
        // Before all usable time, so that more ticks fit than 64-bit arithmetic takes.
        {9, -9'223'372'036, 13'835'058'054'427'387'903U},
        {two(0), 0, 4'611'686'018},
    };
    for (const Case& one : cases) {
        CAPTURE(one.resolution, one.offset_s, one.last_ticks);
        const TimeScale scale(one.resolution, one.offset_s);
        CHECK(scale.to_time(one.last_ticks) != kNoTime);
        CHECK(scale.to_time(one.last_ticks) > kLatestTime - kSecond);
        CHECK(scale.to_time(one.last_ticks + 1) == kNoTime);
    }
}

TEST_CASE("the first usable moment is a time and the one before is none") {
    const TimeScale scale(9, -2'305'843'010);
    constexpr std::uint64_t kFirst = 786'306'048;
    CHECK(scale.to_time(kFirst) == kEarliestTime);
    CHECK(scale.to_time(kFirst - 1) == kNoTime);
    CHECK(scale.to_time(0) == kNoTime);
}

TEST_CASE("all that 32 bits of seconds can say is usable") {
    constexpr std::int64_t kHalf = std::int64_t{1} << 31;
    for (const std::int64_t second : {-kHalf, std::int64_t{-1}, kHalf, 2 * kHalf - 1}) {
        CHECK(TimeScale(0, second).to_time(0) == second * kSecond);
    }
}

TEST_CASE("offsets that no time can have give no time, not another one") {
    for (const std::int64_t offset_s :
         {kMinOffset, kMaxOffset, std::int64_t{-2'305'843'010}, std::int64_t{4'611'686'019}}) {
        for (const std::uint8_t resolution : {std::uint8_t{0}, std::uint8_t{6}, std::uint8_t{12}, two(3)}) {
            CAPTURE(offset_s, resolution);
            CHECK(TimeScale(resolution, offset_s).to_time(0) == kNoTime);
        }
    }
    CHECK(TimeScale(0, kMinOffset).to_time(kMaxTicks) == kNoTime);
    // Ticks that bring it back into range count.
    CHECK(TimeScale(0, -20'000'000'000).to_time(20'000'000'001) == kSecond);
}

TEST_CASE("time never runs backwards as ticks go up") {
    for (unsigned resolution = 0; resolution < 256; ++resolution) {
        for (const std::int64_t offset_s :
             {std::int64_t{0}, std::int64_t{-7'000'000'000}, std::int64_t{3'000'000'000}}) {
            const TimeScale scale(static_cast<std::uint8_t>(resolution), offset_s);
            Nanoseconds before = kNoTime;
            for (std::uint64_t ticks = 0; ticks < kMaxTicks / 3; ticks = ticks * 3 + 1) {
                const Nanoseconds time = scale.to_time(ticks);
                if (time == kNoTime) continue;
                CHECK(time >= before);
                before = time;
            }
        }
    }
}

}  // namespace
}  // namespace deadpeer::test
