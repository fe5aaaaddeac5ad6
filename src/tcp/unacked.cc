#include "tcp/unacked.h"

#include <algorithm>
#include <array>

namespace deadpeer::unacked {
namespace {

// Within it sequence numbers have an order.
constexpr std::uint32_t kWidth = 1U << 30;
constexpr std::size_t kFewAgain = RangePool::kFewRanges / 2;

std::uint32_t octets(Seq from, Seq to) {
    return to.value() - from.value();
}

std::span<SeqRange> ascending(RangeList list, RangePool& pool) {
    return pool.ranges(list).subspan(pool.extra(list).first);
}
std::span<const SeqRange> ascending(RangeList list, const RangePool& pool) {
    return pool.ranges(list).subspan(pool.extra(list).first);
}

std::size_t late_count(std::span<const SeqRange> late) {
    return late.size() / 2;
}

bool ascends(std::span<const SeqRange> known, SeqRange range) {
    const std::uint32_t length = octets(range.start, range.end);
    if (length > kWidth) return false;
    if (known.empty()) return true;
    const std::uint32_t room = kWidth - octets(known.front().start, known.back().end);
    const std::uint32_t gap = octets(known.back().end, range.start);
    return gap <= room && length <= room - gap;
}

// Whether something is left of it.
bool keep(SeqRange& range, Seq ack) {
    if (ack == range.end) return false;
    if (ack.after(range.start) && ack.at_or_before(range.end)) {
        range.start = ack;
        return true;
    }
    return range.end.after(ack);
}

bool covers(const SeqRange& all, SeqRange part) {
    return all.start.at_or_before(part.start) && part.end.at_or_before(all.end);
}

void remember_late(RangeList list, SeqRange range, RangePool& pool) {
    RangePool::Extra& extra = pool.extra(list);
    const std::size_t size = pool.size(extra.other);
    if (size / 2 >= kMostLate) return;
    const std::uint32_t came_after = extra.before + static_cast<std::uint32_t>(pool.size(list));
    const auto add = [&](SeqRange entry) {
        return pool.append(extra.other, entry, RangePool::kMaxRanges, RangePool::Need::kSpare);
    };
    const bool added = (size > 0 || add({})) && add(range) && add({Seq(came_after), {}});
    if (!added) pool.truncate(extra.other, size);
}

void remember_ascending(RangeList& list, SeqRange range, RangePool& pool) {
    RangePool::Extra& extra = pool.extra(list);
    if (pool.is_full(list) && extra.first >= pool.size(list) / 4) {
        pool.count_work(pool.size(list) - extra.first);
        pool.drop_front(list, extra.first);
        extra.before += extra.first;
        extra.first = 0;
    }
    pool.append(list, range);
}

void remember_in_large(RangeList& list, SeqRange range, RangePool& pool) {
    pool.count_work(1);
    if (ascends(ascending(list, pool), range)) return remember_ascending(list, range, pool);
    remember_late(list, range, pool);
}

// A plain list that is full becomes a large one.
void enlarge(RangeList& list, RangePool& pool) {
    std::array<SeqRange, RangePool::kFewRanges> few;
    std::ranges::copy(pool.ranges(list), few.begin());
    if (!pool.append(list, {})) return;
    pool.drop_front(list, pool.size(list));
    for (const SeqRange& range : few) remember_in_large(list, range, pool);
}

void make_plain(RangeList& list, RangePool& pool) {
    std::array<SeqRange, kFewAgain> few;
    const std::span<const SeqRange> left = ascending(list, pool);
    const auto end = std::ranges::copy(left, few.begin()).out;
    pool.clear(list);
    for (auto range = few.begin(); range != end; ++range) pool.append(list, *range);
}

void acknowledge_plain(RangeList& list, Seq ack, RangePool& pool) {
    const std::span<SeqRange> ranges = pool.ranges(list);
    std::size_t kept = 0;
    for (SeqRange range : ranges) {
        if (keep(range, ack)) ranges[kept++] = range;
    }
    pool.count_work(ranges.size());
    pool.truncate(list, kept);
}

void acknowledge_late(RangeList& list, Seq ack, RangePool& pool) {
    const std::span<SeqRange> late = pool.ranges(list);
    if (late.empty()) return pool.clear(list);  // it had to make room for another
    SeqRange& met = late.front();
    std::size_t kept = ack == met.start ? met.end.value() : 0;
    for (std::size_t i = kept; i < late_count(late); ++i) {
        SeqRange range = late[2 * i + 1];
        pool.count_work(1);
        if (!keep(range, ack)) continue;
        late[2 * kept + 1] = range;
        late[2 * kept + 2] = late[2 * i + 2];
        ++kept;
    }
    met = {ack, Seq(static_cast<std::uint32_t>(kept))};
    pool.truncate(list, kept == 0 ? 0 : 2 * kept + 1);
}

// Ascending ranges were removed at the back: those that come in their place come after the late ones.
void come_no_later(std::span<SeqRange> late, Seq number) {
    for (std::size_t i = 0; i < late_count(late); ++i) {
        Seq& came_after = late[2 * i + 2].start;
        if (came_after.after(number)) came_after = number;
    }
}

void acknowledge_ascending(RangeList& list, Seq ack, RangePool& pool) {
    RangePool::Extra& extra = pool.extra(list);
    const std::span<SeqRange> all = pool.ranges(list);
    std::size_t end = all.size();
    while (extra.first < end && !keep(all[extra.first], ack)) ++extra.first;
    while (extra.first < end && !keep(all[end - 1], ack)) --end;
    pool.count_work(1 + all.size() - end);
    if (end == extra.first) {
        extra.first = static_cast<std::uint32_t>(all.size());
    } else if (end < all.size()) {
        pool.truncate(list, end);
        come_no_later(pool.ranges(extra.other), Seq(extra.before + static_cast<std::uint32_t>(end)));
    }
}

}  // namespace

std::size_t size(RangeList list, const RangePool& pool) {
    if (!pool.is_large(list)) return pool.size(list);
    return ascending(list, pool).size() + late_count(pool.ranges(pool.extra(list).other));
}

bool remember_beyond_few(RangeList& list, SeqRange range, RangePool& pool) {
    if (!pool.is_large(list)) enlarge(list, pool);
    if (size(list, pool) >= kMost) return false;
    if (pool.is_large(list)) remember_in_large(list, range, pool);
    return true;
}

void acknowledge_some(RangeList& list, Seq ack, RangePool& pool) {
    if (!pool.is_large(list)) return acknowledge_plain(list, ack, pool);
    const std::uint32_t first = pool.extra(list).first;
    acknowledge_ascending(list, ack, pool);
    pool.count_work(pool.extra(list).first - first);
    acknowledge_late(pool.extra(list).other, ack, pool);

    const std::size_t left = ascending(list, pool).size();
    if (!pool.extra(list).other.empty()) return;
    if (left <= kFewAgain) return make_plain(list, pool);
    if (left >= pool.size(list) / 4) return;
    RangePool::Extra& extra = pool.extra(list);
    pool.count_work(2 * left);
    pool.drop_front(list, extra.first);
    extra.before += extra.first;
    extra.first = 0;
    pool.shrink(list);
}

bool holds(RangeList list, SeqRange range, const RangePool& pool) {
    const auto has_it = [&](const SeqRange& one) { return covers(one, range); };
    if (!pool.is_large(list)) return std::ranges::any_of(pool.ranges(list), has_it);

    const std::span<const SeqRange> sorted = ascending(list, pool);
    if (!sorted.empty()) {
        const Seq origin = sorted.front().start;
        const auto after =
            std::ranges::upper_bound(sorted, octets(origin, range.start), {},
                                     [&](const SeqRange& one) { return octets(origin, one.start); });
        if (after != sorted.begin() && has_it(*(after - 1))) return true;
    }
    const std::span<const SeqRange> late = pool.ranges(pool.extra(list).other);
    pool.count_work(1 + late_count(late));
    for (std::size_t i = 0; i < late_count(late); ++i) {
        if (has_it(late[2 * i + 1])) return true;
    }
    return false;
}

Seq contiguous_end(RangeList list, Seq from, const RangePool& pool) {
    Seq end = from;
    // Whether the run may go on.
    const auto continues = [&](const SeqRange& range) {
        pool.count_work(1);
        if (!from.at_or_before(range.start)) return true;
        if (range.start != end) return false;
        end = range.end;
        return true;
    };
    if (!pool.is_large(list)) {
        static_cast<void>(std::ranges::all_of(pool.ranges(list), continues));
        return end;
    }
    const RangePool::Extra& extra = pool.extra(list);
    const std::span<const SeqRange> sorted = pool.ranges(list);
    const std::span<const SeqRange> late = pool.ranges(extra.other);
    std::size_t at = extra.first;
    for (std::size_t i = 0; i <= late_count(late); ++i) {
        const bool last = i == late_count(late);
        for (; at < sorted.size(); ++at) {
            const Seq number(extra.before + static_cast<std::uint32_t>(at));
            if (!last && !number.before(late[2 * i + 2].start)) break;
            if (!continues(sorted[at])) return end;
        }
        if (!last && !continues(late[2 * i + 1])) return end;
    }
    return end;
}

}  // namespace deadpeer::unacked
