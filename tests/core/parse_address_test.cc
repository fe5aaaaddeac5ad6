// Text becomes the address it means, and nothing else does.
#include "core/parse_address.h"

#include "support/catch.h"

using deadpeer::parse_address;

TEST_CASE("addresses come back as they were written") {
    for (const std::string text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1"}) {
        const auto address = parse_address(text);
        REQUIRE(address.has_value());
        CHECK(to_string(*address) == text);
        CHECK(address->is_v6 == (text.find(':') != std::string::npos));
    }
    CHECK(parse_address("2001:DB8:0:0:0:0:0:1") == parse_address("2001:db8::1"));
}

TEST_CASE("what is not an address is none") {
    for (const std::string text : {"", "10.0.0", "10.0.0.256", "10.0.0.1 ", "10.0.0.1/32", "10.0.0.1:80",
                                   "0x7f.0.0.1", ":::", "fe80::1%eth0", "[::1]", "host"}) {
        INFO(text);
        CHECK_FALSE(parse_address(text).has_value());
    }
    CHECK_FALSE(parse_address(std::string("10.0.0.1\0x", 10)).has_value());
}
