#include "tcp/range_pool.h"

#include <random>
#include <vector>

#include "support/catch.h"

namespace deadpeer {
namespace {

SeqRange range(std::uint32_t start) {
    return {Seq(start), Seq(start + 1)};
}

std::vector<std::uint32_t> starts(const RangePool& pool, RangeList list) {
    std::vector<std::uint32_t> numbers;
    for (const SeqRange& each : pool.ranges(list)) {
        CHECK(each.end == each.start + 1);
        numbers.push_back(each.start.value());
    }
    return numbers;
}

TEST_CASE("a list is empty before its first range and after its last") {
    RangePool pool;
    RangeList list;
    CHECK(list.empty());
    CHECK(pool.size(list) == 0);
    CHECK(pool.ranges(list).empty());
    pool.append(list, range(7));
    CHECK_FALSE(list.empty());
    CHECK(starts(pool, list) == std::vector<std::uint32_t>{7});
    pool.truncate(list, 0);
    CHECK(list.empty());
    pool.clear(list);
    CHECK(list.empty());
}

TEST_CASE("lists behave as vectors") {
    RangePool pool;
    std::vector<RangeList> lists(40);
    std::vector<std::vector<std::uint32_t>> model(lists.size());
    std::mt19937 random(3);
    for (int step = 0; step < 40000; ++step) {
        const std::size_t which = random() % lists.size();
        if (random() % 60 == 0) {
            const std::size_t kept = random() % (model[which].size() + 1);
            pool.truncate(lists[which], kept);
            model[which].resize(kept);
        } else {
            const auto number = static_cast<std::uint32_t>(random());
            pool.append(lists[which], range(number));
            model[which].push_back(number);
        }
        CHECK(pool.size(lists[which]) == model[which].size());
    }
    for (std::size_t which = 0; which < lists.size(); ++which) {
        CHECK(starts(pool, lists[which]) == model[which]);
    }
}

TEST_CASE("a list holds as many ranges as are promised") {
    RangePool pool;
    RangeList list;
    for (std::uint32_t number = 0; number < RangePool::kMaxRanges; ++number) pool.append(list, range(number));
    CHECK(pool.size(list) == RangePool::kMaxRanges);
    CHECK(pool.ranges(list).back().start == Seq(RangePool::kMaxRanges - 1));
}

TEST_CASE("what is given back is used again") {
    RangePool pool;
    std::vector<RangeList> lists(3000);
    const auto fill = [&] {
        for (std::uint32_t i = 0; i < 60000; ++i) pool.append(lists[i % lists.size()], range(i));
    };
    fill();
    const std::size_t memory = pool.memory();
    CHECK(memory > 0);
    for (int round = 0; round < 5; ++round) {
        for (RangeList& list : lists) pool.clear(list);
        fill();
    }
    CHECK(pool.memory() == memory);
}

TEST_CASE("slabs without a list are given back") {
    RangePool pool;
    std::vector<RangeList> lists(3000);
    for (std::uint32_t i = 0; i < 600'000; ++i) pool.append(lists[i % lists.size()], range(i));
    const std::size_t most = pool.memory();
    for (std::size_t i = 0; i + 1 < lists.size(); ++i) pool.clear(lists[i]);
    pool.give_back();
    CHECK(pool.memory() == RangePool::kSlabBytes);
    CHECK(pool.size(lists.back()) == 200);
    for (std::uint32_t i = 0; i < 600'000; ++i) pool.append(lists[i % lists.size()], range(i));
    CHECK(pool.memory() <= most + RangePool::kSlabBytes);
}

TEST_CASE("a list that finds no memory to become smaller loses nothing") {
    RangePool pool;
    pool.set_limit(RangePool::kSlabBytes);
    RangeList list;
    for (std::uint32_t i = 0; i < 8000; ++i) pool.append(list, range(i));
    for (bool room = true; room;) {
        RangeList other;
        room = pool.append(other, range(0), RangePool::kMaxRanges, RangePool::Need::kSpare);
    }
    pool.drop_front(list, 7999);
    const std::uint64_t forgotten = pool.forgotten();
    pool.shrink(list);
    CHECK(pool.size(list) == 1);
    CHECK(pool.forgotten() == forgotten);
}

TEST_CASE("beyond the limit the largest lists make room, and small ones stay") {
    RangePool pool;
    constexpr std::size_t kLimit = 4 * RangePool::kSlabBytes;
    pool.set_limit(kLimit);
    std::vector<RangeList> small(2000);
    std::vector<RangeList> large(30);
    for (std::uint32_t i = 0; i < 6000; ++i) pool.append(small[i % small.size()], range(i));
    for (std::uint32_t i = 0; i < 300'000; ++i) pool.append(large[i % large.size()], range(i));
    CHECK(pool.memory() <= kLimit);
    CHECK(pool.forgotten() > 200'000);
    for (const RangeList list : small) CHECK(pool.size(list) == 3);
    std::uint64_t kept = 0;
    for (const RangeList list : large) kept += pool.size(list);
    CHECK(kept + pool.forgotten() == 300'000);
    CHECK(kept > 15'000);
}

}  // namespace
}  // namespace deadpeer
