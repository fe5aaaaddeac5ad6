#include "report/text/time_text.h"

#include <array>
#include <limits>
#include <string>

#include "support/catch.h"

using namespace deadpeer;

namespace {

template <typename Write>
std::string text_of(const Write& write, Nanoseconds value) {
    std::array<char, kTimeTextCapacity> buffer{};
    return {buffer.data(), write(buffer.data(), value)};
}

struct Case {
    Nanoseconds time;
    const char* utc;
    const char* epoch;
};

constexpr Nanoseconds kFirstTime = kNoTime + 1;
constexpr Nanoseconds kLastTime = std::numeric_limits<Nanoseconds>::max();

}  // namespace

TEST_CASE("times are right at the edges of every clock") {
    const Case cases[] = {
        {0, "1970-01-01T00:00:00.000000000Z", "0.000000000"},
        {1, "1970-01-01T00:00:00.000000001Z", "0.000000001"},
        {-1, "1969-12-31T23:59:59.999999999Z", "-0.000000001"},
        {-kSecond, "1969-12-31T23:59:59.000000000Z", "-1.000000000"},
        {-86400 * kSecond, "1969-12-31T00:00:00.000000000Z", "-86400.000000000"},
        {951782400 * kSecond, "2000-02-29T00:00:00.000000000Z", "951782400.000000000"},
        {1795243800'123456789, "2026-11-21T06:50:00.123456789Z", "1795243800.123456789"},
        {2147483647 * kSecond, "2038-01-19T03:14:07.000000000Z", "2147483647.000000000"},
        {2147483648 * kSecond, "2038-01-19T03:14:08.000000000Z", "2147483648.000000000"},
        {4107542400 * kSecond, "2100-03-01T00:00:00.000000000Z", "4107542400.000000000"},
        {4294967295 * kSecond + 999999999, "2106-02-07T06:28:15.999999999Z", "4294967295.999999999"},
        {4294967296 * kSecond, "2106-02-07T06:28:16.000000000Z", "4294967296.000000000"},
        {kFirstTime, "1677-09-21T00:12:43.145224193Z", "-9223372036.854775807"},
        {kLastTime, "2262-04-11T23:47:16.854775807Z", "9223372036.854775807"},
    };
    for (const Case& c : cases) {
        INFO(c.time);
        CHECK(text_of(write_utc, c.time) == c.utc);
        CHECK(text_of(write_epoch, c.time) == c.epoch);
    }
}

TEST_CASE("a date that is kept is that of the time") {
    UtcText kept;
    constexpr Nanoseconds kDay = 86'400 * kSecond;
    const Nanoseconds times[] = {kLastTime, kFirstTime, 0, kDay - 1, kDay, kDay - 1, -1, -kDay, -kDay - 1, 0};
    for (const Nanoseconds time : times) {
        INFO(time);
        const auto write = [&](char* out, Nanoseconds value) { return kept.write(out, value); };
        CHECK(text_of(write, time) == text_of(write_utc, time));
    }
}

TEST_CASE("seconds have as many decimals as they need") {
    const std::pair<Nanoseconds, const char*> cases[] = {
        {0, "0"},
        {75 * kSecond, "75"},
        {500'000, "0.0005"},
        {1, "0.000000001"},
        {1'500'000'000, "1.5"},
        {7200 * kSecond + 10, "7200.00000001"},
        {-250 * kMillisecond, "-0.25"},
        {kLastTime, "9223372036.854775807"},
    };
    for (const auto& [duration, expected] : cases) CHECK(text_of(write_seconds, duration) == expected);
}

TEST_CASE("times come back from text, up to the second") {
    for (const Nanoseconds time : {Nanoseconds{0}, -kSecond, 951'782'400 * kSecond, 1'795'243'800 * kSecond,
                                   kMostWholeSeconds * kSecond, -kMostWholeSeconds * kSecond}) {
        INFO(time);
        CHECK(parse_utc_second(text_of(write_utc, time).substr(0, kUtcSecond.size())) == time);
    }
    for (const char* text :
         {"", "2026-11-21T06:50:0", "2026-11-21T06:50:00Z", "2026-11-21 06:50:00", "2026-11-21T06:50:-1",
          "2026-02-29T06:50:00", "2026-13-01T06:50:00", "2026-11-21T24:00:00", "2026-11-21T06:60:00",
          "2026-11-21T06:50:60", "2262-04-11T23:47:16", "1677-09-21T00:12:44", "-026-11-21T06:50:00"}) {
        INFO(text);
        CHECK_FALSE(parse_utc_second(text));
    }
}
