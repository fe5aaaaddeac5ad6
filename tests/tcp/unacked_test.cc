// Unacked against the plainest thing that does the same: a vector in the order of sending, walked each time.
#include "tcp/unacked.h"

#include <algorithm>
#include <random>
#include <vector>

#include "support/catch.h"

namespace deadpeer {
namespace {

struct Model {
    std::vector<SeqRange> ranges;

    bool remember(SeqRange range) {
        if (ranges.size() >= unacked::kMost) return false;
        ranges.push_back(range);
        return true;
    }
    void acknowledge(Seq ack) {
        std::vector<SeqRange> kept;
        for (SeqRange range : ranges) {
            if (ack == range.end) continue;
            if (ack.after(range.start) && ack.at_or_before(range.end)) {
                range.start = ack;
            } else if (!range.end.after(ack)) {
                continue;
            }
            kept.push_back(range);
        }
        ranges = kept;
    }
    [[nodiscard]] bool holds(SeqRange part) const {
        return std::ranges::any_of(ranges, [&](const SeqRange& all) {
            return all.start.at_or_before(part.start) && part.end.at_or_before(all.end);
        });
    }
    [[nodiscard]] Seq contiguous_end(Seq from) const {
        Seq end = from;
        for (const SeqRange& range : ranges) {
            if (!from.at_or_before(range.start)) continue;
            if (range.start != end) break;
            end = range.end;
        }
        return end;
    }
};

struct Pair {
    RangePool pool;
    RangeList list;
    Model model;

    void check(const std::vector<Seq>& numbers, std::uint32_t length) {
        REQUIRE(unacked::size(list, pool) == model.ranges.size());
        for (const Seq number : numbers) {
            REQUIRE(unacked::contiguous_end(list, number, pool) == model.contiguous_end(number));
            const SeqRange part{number, number + length};
            REQUIRE(unacked::holds(list, part, pool) == model.holds(part));
        }
    }
    void remember(Seq start, std::uint32_t length) {
        REQUIRE(unacked::remember(list, {start, start + length}, pool) ==
                model.remember({start, start + length}));
    }
    void acknowledge(Seq ack) {
        unacked::acknowledge(list, ack, pool);
        model.acknowledge(ack);
    }
};

// `mess`: how many of 100 segments come out of order or again; `far`: how many have any number at all.
void run(std::uint32_t seed, unsigned mess, unsigned far, unsigned acks) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
    Pair both;
    Seq next(0xffff'f000U);
    Seq acked = next;
    for (int step = 0; step < 6000; ++step) {
        const std::uint32_t length = 1 + below(4);
        if (below(100) < acks) {
            const auto flying = static_cast<std::uint32_t>(std::max(acked.distance_to(next), 0));
            Seq ack = acked + below(flying / 8 + 2);
            if (below(100) < mess) ack = ack - below(9);
            if (below(100) < far) ack = Seq(static_cast<std::uint32_t>(random()));
            both.acknowledge(ack);
            if (ack.after(acked)) acked = ack;
        } else if (below(100) < far) {
            both.remember(Seq(static_cast<std::uint32_t>(random())), length);
        } else if (below(100) < mess) {
            both.remember(next - below(200), length);
        } else {
            if (below(100) < mess) next = next + 3;
            both.remember(next, length);
            next = next + length;
        }
        if (step % 8 == 0) {
            const Seq any(static_cast<std::uint32_t>(random()));
            both.check({next - below(300), acked, acked + below(50), next, any}, 1 + below(3));
        }
    }
}

TEST_CASE("what is in flight is what a list in the order of sending says") {
    for (std::uint32_t seed = 1; seed <= 6; ++seed) {
        INFO("seed " << seed);
        run(seed, 0, 0, 30);
        run(seed, 10, 0, 20);
        run(seed, 50, 0, 30);
        run(seed, 10, 0, 2);
        run(seed, 5, 3, 25);
        run(seed, 0, 2, 5);
    }
}

TEST_CASE("of ten thousand in flight none more is taken, and one that is acknowledged makes room") {
    Pair both;
    for (std::uint32_t i = 0; i < unacked::kMost + 5; ++i) both.remember(Seq(2 * i), 2);
    both.acknowledge(Seq(3));
    both.remember(Seq(2 * unacked::kMost), 2);
    both.remember(Seq(0), 2);
    both.check({Seq(0), Seq(3), Seq(4), Seq(2 * unacked::kMost)}, 2);
}

// Ranges that are looked at while `outstanding` segments are in flight.
std::uint64_t work_of_equal_acks(std::uint32_t outstanding, unsigned of_100_late) {
    RangePool pool;
    RangeList list;
    for (std::uint32_t i = 0; i < outstanding; ++i) {
        const Seq at(i % 100 < of_100_late ? 1000 : 1000 + 2 * i);
        unacked::remember(list, {at, at + 2}, pool);
    }
    unacked::acknowledge(list, Seq(1000), pool);
    const std::uint64_t before = pool.work();
    for (int i = 0; i < 1000; ++i) unacked::acknowledge(list, Seq(1000), pool);
    return pool.work() - before;
}

TEST_CASE("an ACK that acknowledges nothing new looks at as little of 10,000 segments as of 10") {
    for (const unsigned late : {0U, 10U}) {
        CHECK(work_of_equal_acks(10, late) <= 10'000);
        CHECK(work_of_equal_acks(10'000, late) <= 2'000);
    }
}

TEST_CASE("acknowledging little by little looks at each segment a few times") {
    RangePool pool;
    RangeList list;
    std::uint32_t next = 0;
    for (; next < 9'000; ++next) unacked::remember(list, {Seq(next), Seq(next + 1)}, pool);
    const std::uint64_t before = pool.work();
    for (std::uint32_t acked = 1; acked < 100'000; ++acked, ++next) {
        unacked::remember(list, {Seq(next), Seq(next + 1)}, pool);
        unacked::acknowledge(list, Seq(acked), pool);
        CHECK_FALSE(unacked::holds(list, {Seq(acked - 1), Seq(acked)}, pool));
    }
    CHECK(pool.work() - before <= 10 * 100'000);
}

TEST_CASE("a list that had to make room for others begins anew") {
    RangePool pool;
    pool.set_limit(RangePool::kSlabBytes);
    std::vector<RangeList> lists(40);
    std::uint32_t sent = 0;
    for (; sent < 40 * 4000; ++sent) {
        const Seq at((sent % 7 == 0) ? 5 : sent);
        CHECK(unacked::remember(lists[sent % lists.size()], {at, at + 1}, pool));
    }
    CHECK(pool.memory() <= RangePool::kSlabBytes);
    std::uint64_t known = 0;
    for (RangeList& list : lists) known += unacked::size(list, pool);
    CHECK(known > 5'000);
    CHECK(known + pool.forgotten() == sent);
    for (RangeList& list : lists) {
        unacked::acknowledge(list, Seq(sent), pool);
        CHECK(list.empty());
    }
}

}  // namespace
}  // namespace deadpeer
