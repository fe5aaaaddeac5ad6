#include "report/text/words.h"

#include "support/catch.h"

using namespace deadpeer;

namespace {

std::string span(Nanoseconds duration) {
    std::string out;
    say(out, Span{duration});
    return out;
}

}  // namespace

TEST_CASE("durations are said in the units that people use") {
    constexpr Nanoseconds kMinute = 60 * kSecond;
    constexpr Nanoseconds kHour = 60 * kMinute;
    CHECK(span(-1) == "under 1 ms");
    CHECK(span(kMillisecond - 1) == "under 1 ms");
    CHECK(span(kMillisecond) == "1 ms");
    CHECK(span(20'600 * kMicrosecond) == "21 ms");
    CHECK(span(999'400 * kMicrosecond) == "999 ms");
    CHECK(span(999'500 * kMicrosecond) == "1 s");
    CHECK(span(20'149 * kMillisecond) == "20.1 s");
    CHECK(span(20'150 * kMillisecond) == "20.2 s");
    CHECK(span(60'030 * kMillisecond) == "60 s");
    CHECK(span(99'949 * kMillisecond) == "99.9 s");
    CHECK(span(99'950 * kMillisecond) == "100 s");
    CHECK(span(111'229 * kMillisecond) == "111 s");
    CHECK(span(2 * kMinute) == "2 min");
    CHECK(span(350 * kSecond) == "350 s");
    CHECK(span(599 * kSecond) == "599 s");
    CHECK(span(600 * kSecond) == "10 min");
    CHECK(span(601 * kSecond) == "10 min 1 s");
    CHECK(span(2 * kHour) == "2 h");
    CHECK(span(2 * kHour + 11 * kMinute + 15 * kSecond) == "2 h 11 min");
    CHECK(span(47 * kHour) == "47 h");
    CHECK(span(48 * kHour) == "2 d");
    CHECK(span(120 * kHour + 3 * kHour) == "5 d 3 h");
    CHECK(span(INT64_MAX) == "106751 d 23 h");
}

TEST_CASE("sides are named by address and port") {
    Endpoint side;
    side.address.bytes = {192, 0, 2, 1};
    side.port = 443;
    std::string out;
    say(out, Side{side}, " ", side.address);
    CHECK(out == "192.0.2.1:443 192.0.2.1");
    side.address = {};
    side.address.is_v6 = true;
    side.address.bytes[0] = 0xfd;
    side.address.bytes[15] = 1;
    out.clear();
    say(out, Side{side}, " ", side.address);
    CHECK(out == "[fd00::1]:443 fd00::1");
}

TEST_CASE("counts agree with their noun") {
    std::string out;
    say(out, Count{0, "probe", "probes"}, ", ", Count{1, "probe", "probes"}, ", ",
        Count{UINT64_MAX, "probe", "probes"});
    CHECK(out == "0 probes, 1 probe, 18446744073709551615 probes");
}
