// Bytes with wildcards, a text, a range of lengths: each at its limit.
#include "knowledge/byte_pattern.h"

#include <string>

#include "support/catch.h"

namespace {

using deadpeer::BytePattern;
using deadpeer::parse_masked_bytes;
using deadpeer::unescape;

bool matches(const BytePattern& pattern, std::string_view message) {
    return pattern.matches({reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
}

BytePattern starting_with(std::string_view bytes) {
    BytePattern pattern;
    pattern.start = parse_masked_bytes(bytes).value();
    return pattern;
}

}  // namespace

TEST_CASE("bytes match from the start on, digit by digit") {
    const BytePattern pattern = starting_with("c0 0? ?F");
    CHECK(matches(pattern, "\xc0\x0a\x1f"));
    CHECK(matches(pattern, "\xc0\x01\xff and more"));
    CHECK_FALSE(matches(pattern, "\xc0\x0a"));
    CHECK_FALSE(matches(pattern, "\xc0\x1a\x1f"));
    CHECK_FALSE(matches(pattern, "\xc0\x0a\x1e"));
    CHECK_FALSE(matches(pattern, ""));
}

TEST_CASE("a text is found anywhere, at the very end too") {
    BytePattern pattern;
    pattern.contains = "35=0";
    CHECK(matches(pattern, "8=FIX|35=0|"));
    CHECK(matches(pattern, "8=FIX|35=0"));
    CHECK_FALSE(matches(pattern, "8=FIX|35="));
}

TEST_CASE("the length counts in both directions") {
    BytePattern pattern = starting_with("89");
    pattern.least_length = 2;
    pattern.most_length = 3;
    CHECK_FALSE(matches(pattern, "\x89"));
    CHECK(matches(pattern, "\x89."));
    CHECK(matches(pattern, "\x89.."));
    CHECK_FALSE(matches(pattern, "\x89..."));
}

TEST_CASE("bytes must be pairs of digits") {
    CHECK(parse_masked_bytes("")->empty());
    CHECK(parse_masked_bytes("00 FF ??")->size() == 3);
    for (const char* bad : {"c", "c0d0", "c0  d0", " c0", "0x12", "g0", "c0, d0"}) {
        INFO(bad);
        CHECK_FALSE(parse_masked_bytes(bad).has_value());
    }
    CHECK(parse_masked_bytes("c0 ").has_value());
}

TEST_CASE("escapes stand for one character each") {
    CHECK(unescape("a\\r\\n\\t\\\\\\x01b") ==
          "a\r\n\t\\\x01"
          "b");
    for (const char* bad : {"\\", "\\q", "\\x", "\\x1", "\\x?1", "\\xg0"}) {
        INFO(bad);
        CHECK_FALSE(unescape(bad).has_value());
    }
}
