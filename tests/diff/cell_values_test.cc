// Cells become the values that wrote them, and what is no value is refused with a sentence.
#include "diff/cell_values.h"

#include "deadpeer/names.h"
#include "report/text/time_text.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

template <typename Read>
std::string refusal(Read read) {
    try {
        read();
    } catch (const BadRow& bad) {
        return bad.what;
    }
    return {};
}

std::string written(Nanoseconds time, char* (*write)(char*, Nanoseconds)) {
    std::array<char, kTimeTextCapacity> text{};
    return {text.data(), write(text.data(), time)};
}

}  // namespace

TEST_CASE("times come back as they were written, in either style") {
    constexpr Nanoseconds kDay = 86400 * kSecond;
    for (const Nanoseconds time : {Nanoseconds{0}, Nanoseconds{1}, Nanoseconds{-1}, kDay - 1, -kDay,
                                   59 * kDay, 1'795'243'800'123'456'789, 951'782'400 * kSecond,
                                   9'223'372'035 * kSecond, -9'223'372'035 * kSecond}) {
        INFO(time);
        CHECK(time_of(written(time, write_utc), "t") == time);
        CHECK(time_of(written(time, write_epoch), "t") == time);
    }
    CHECK(time_of("", "t") == kNoTime);
}

TEST_CASE("durations come back as they were written") {
    for (const Nanoseconds duration : {Nanoseconds{0}, Nanoseconds{1}, 75 * kSecond, 500 * kMicrosecond}) {
        CHECK(duration_of(written(duration, write_seconds), "d") == duration);
    }
    CHECK(duration_of("", "d") == kNoTime);
    CHECK(duration_of("0.1", "d") == 100 * kMillisecond);
}

TEST_CASE("what is no time or duration is refused") {
    for (const std::string text : {"soon",
                                   "2026-11-21",
                                   "2026-11-21T06:50:00",
                                   "2026-13-21T06:50:00Z",
                                   "2026-02-29T06:50:00Z",
                                   "2026-11-21T24:00:00Z",
                                   "2026-11-21T06:60:00Z",
                                   "2026-11-21T06:50:00.Z",
                                   "2026-11-21T06:50:00.0000000001Z",
                                   "2300-01-01T00:00:00Z",
                                   "1600-01-01T00:00:00Z",
                                   "2026-11-21 06:50:00Z",
                                   "1.",
                                   "--1",
                                   "9223372036",
                                   "1e3",
                                   "T",
                                   "Z",
                                   "2026-11-21T06:50:00,5Z",
                                   "+1"}) {
        INFO(text);
        CHECK(refusal([&] { time_of(text, "first_utc"); }) ==
              "first_utc must be a time such as 2026-11-21T06:50:00.5Z, or seconds since 1970, not \"" +
                  text + "\"");
    }
    for (const std::string text : {"-1", "x", ".5", "1 s"}) {
        CHECK(refusal([&] { duration_of(text, "d"); }) ==
              "d must be a number of seconds, not \"" + text + "\"");
    }
}

TEST_CASE("numbers, ports and addresses") {
    CHECK(number_of("18446744073709551615", "n", EmptyCell::kIsBad) == UINT64_MAX);
    CHECK(number_of("", "n", EmptyCell::kIsUnknown) == 0);
    CHECK(refusal([] { number_of("", "n", EmptyCell::kIsBad); }) == "n must be a number, not \"\"");
    CHECK(refusal([] { number_of("-1", "n", EmptyCell::kIsBad); }) == "n must be a number, not \"-1\"");
    CHECK(port_of("65535", "p") == 65535);
    CHECK(refusal([] { port_of("65536", "p"); }) == "p must be a number from 0 to 65535, not \"65536\"");
    CHECK(to_string(address_of("2001:db8::1", "a")) == "2001:db8::1");
    CHECK(refusal([] { address_of("db-1", "a"); }) == "a must be an IP address, not \"db-1\"");
}

TEST_CASE("every verdict and event is known by its name") {
    for (int i = 0; i <= static_cast<int>(Verdict::kIdle); ++i) {
        CHECK(verdict_of(to_string(static_cast<Verdict>(i))) == static_cast<Verdict>(i));
    }
    for (int i = 0; i <= static_cast<int>(EventKind::kCapacityWarning); ++i) {
        CHECK(event_of(to_string(static_cast<EventKind>(i))) == static_cast<EventKind>(i));
    }
    CHECK(refusal([] { verdict_of("tired"); }) ==
          "verdict must be one that this version knows, not \"tired\"");
    CHECK(refusal([] { event_of(""); }) == "event must be one that this version knows, not \"\"");
}
