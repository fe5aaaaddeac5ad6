#include "compare/octet_ranges.h"

#include "support/catch.h"

namespace {

using namespace deadpeer::comparing;
using deadpeer::kMillisecond;
using deadpeer::kSecond;
using Places = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

constexpr auto kNear = 10 * kMillisecond;

}  // namespace

TEST_CASE("a segment that was cut on the way is whole at the other point") {
    const std::vector<OctetRange> at_a = {{100, 3'000, 0, 0}};
    const std::vector<OctetRange> at_b = {{100, 1'000, 0, 5}, {1'100, 1'000, 1, 6}, {2'100, 1'000, 2, 7}};
    const OctetPairs found = pair_ranges(at_a, at_b, kNear);
    CHECK(found.whole_at_a == Places{{0, 7}});
    CHECK(found.whole_at_b == Places{{5, 0}, {6, 0}, {7, 0}});
    CHECK(found.part_at_a.empty());
}

TEST_CASE("what is missing of a segment is told") {
    const std::vector<OctetRange> at_a = {{100, 3'000, 0, 0}};
    const OctetPairs middle = pair_ranges(at_a, {{100, 1'000, 0, 5}, {2'100, 1'000, 2, 7}}, kNear);
    CHECK(middle.whole_at_a.empty());
    REQUIRE(middle.part_at_a.size() == 1);
    CHECK(middle.part_at_a[0].offset == 1'000);
    CHECK(middle.part_at_a[0].length == 1'000);
    const OctetPairs end = pair_ranges(at_a, {{100, 1'000, 0, 5}, {1'100, 999, 0, 6}}, kNear);
    REQUIRE(end.part_at_a.size() == 1);
    CHECK(end.part_at_a[0].offset == 1'999);
    CHECK(end.part_at_a[0].length == 1'001);
    const OctetPairs begin = pair_ranges(at_a, {{101, 2'999, 0, 5}}, kNear);
    REQUIRE(begin.part_at_a.size() == 1);
    CHECK(begin.part_at_a[0].offset == 0);
    CHECK(begin.part_at_a[0].length == 1);
}

TEST_CASE("another transmission, later, is not the same") {
    const OctetPairs found = pair_ranges({{100, 1'000, 0, 0}}, {{100, 1'000, kSecond, 5}}, kNear);
    CHECK(found.whole_at_a.empty());
    CHECK(found.part_at_a.empty());
}

TEST_CASE("sequence numbers go round") {
    const std::vector<OctetRange> at_a = {{0xFFFFFF00, 512, 0, 0}, {0x100, 512, 0, 1}};
    const std::vector<OctetRange> at_b = {{0xFFFFFF00, 1'024, 0, 9}};
    const OctetPairs found = pair_ranges(at_a, at_b, kNear);
    CHECK(found.whole_at_a == Places{{0, 9}, {1, 9}});
    CHECK(found.whole_at_b.size() == 1);
}
