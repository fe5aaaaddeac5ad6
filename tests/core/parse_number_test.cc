#include "core/parse_number.h"

#include <cstdint>

#include "support/catch.h"

using deadpeer::parse_number;

TEST_CASE("a text is a number as a whole, or it is none") {
    CHECK(parse_number<std::uint16_t>("0") == 0);
    CHECK(parse_number<std::uint16_t>("00080") == 80);
    CHECK(parse_number<std::uint16_t>("65535") == 65535);
    CHECK(parse_number<double>("0.5") == 0.5);
    for (const char* text : {"", "65536", "-1", "+1", " 1", "1 ", "1x", "0x1", "1.0"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_number<std::uint16_t>(text));
    }
    for (const char* text : {"", "s", "1 s", "0.5.", "+1"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_number<double>(text));
    }
    CHECK_FALSE(parse_number<int>({}));
}
