#include "core/seq.h"

#include <limits>

#include "support/catch.h"

namespace deadpeer {
namespace {

struct Case {
    const char* name;
    std::uint32_t a;
    std::uint32_t b;
    bool before;
    bool after;
    bool at_or_before;
};

constexpr Case kCases[] = {
    {"equal", 5, 5, false, false, true},
    {"one below", 5, 6, true, false, true},
    {"one above", 6, 5, false, true, false},
    {"across the wrap", 0xffffffff, 0, true, false, true},
    {"back across the wrap", 0, 0xffffffff, false, true, false},
    {"just under half the circle", 0, 0x7fffffff, true, false, true},
    {"half the circle: both before and after", 0, 0x80000000, true, true, true},
    {"half the circle, the other way", 0x80000000, 0, true, true, true},
    {"just over half the circle", 0, 0x80000001, false, true, false},
};

}  // namespace

TEST_CASE("Seq orders points on a circle") {
    for (const Case& c : kCases) {
        INFO(c.name);
        CHECK(Seq(c.a).before(Seq(c.b)) == c.before);
        CHECK(Seq(c.a).after(Seq(c.b)) == c.after);
        CHECK(Seq(c.a).at_or_before(Seq(c.b)) == c.at_or_before);
    }
}

TEST_CASE("Seq counts octets across the wrap") {
    CHECK(Seq(0xfffffff0) + 0x20 == Seq(0x10));
    CHECK(Seq(0x10) - 0x20 == Seq(0xfffffff0));
    CHECK(Seq(0xfffffff0).distance_to(Seq(0x10)) == 0x20);
    CHECK(Seq(0x10).distance_to(Seq(0xfffffff0)) == -0x20);
    CHECK(Seq(0).distance_to(Seq(0x80000000)) == std::numeric_limits<std::int32_t>::min());
}

}  // namespace deadpeer
