// Unacked: the segments of one side that its peer has not acknowledged, as Wireshark keeps them.
//
// DESCRIPTION
// What:     ranges in the order of sending, each kept until it is acknowledged. What was sent again stands
//           there again.
// Cost:     remember() O(1) and acknowledge() O(ranges acknowledged), amortised; holds() O(log n). Of ranges
//           that do not begin where or after the one before ends (late), each is looked at where the
//           acknowledgement number changes, and in holds(); they are kMostLate at most.
// Threads:  pure functions of the list and its pool.
//
// IMPLEMENTATION
// A few ranges are a plain list. A large one (RangePool) is two: those that ascend without overlap, within
// kWidth, of which an acknowledgement concerns some at the front or, where numbers wrap around, at the back;
// and the late ones, in Extra::other. Extra::first is the first of the ascending that is still there,
// Extra::before how many were removed before the block's first. Of the late list the first entry tells the
// number acknowledged last and how many late ones have met it; then each has two: its range, and after how
// many ascending ones it came.
#pragma once

#include <cstddef>

#include "core/seq.h"
#include "tcp/range_pool.h"

namespace deadpeer::unacked {

// Wireshark keeps at most so many.
inline constexpr std::size_t kMost = 10'000;
// Beyond so many at once, late ones are not remembered.
inline constexpr std::size_t kMostLate = 4096;

// What remember() and acknowledge() leave over: most lists are short, most acknowledgements come to none.
bool remember_beyond_few(RangeList& list, SeqRange range, RangePool& pool);
void acknowledge_some(RangeList& list, Seq ack, RangePool& pool);

// False if there are kMost. If there is no memory the range is forgotten, and counted by the pool.
inline bool remember(RangeList& list, SeqRange range, RangePool& pool) {
    if (pool.is_large(list) || pool.size(list) == RangePool::kFewRanges)
        return remember_beyond_few(list, range, pool);
    pool.append(list, range);
    return true;
}

// Drops what is acknowledged, and the acknowledged part of what is not wholly so.
inline void acknowledge(RangeList& list, Seq ack, RangePool& pool) {
    if (!list.empty()) acknowledge_some(list, ack, pool);
}

// Whether one of the ranges has all of it.
[[nodiscard]] bool holds(RangeList list, SeqRange range, const RangePool& pool);

// The end of the run that begins at `from`, in the order of sending: the first range at or above `from` that
// does not continue the run ends it, even if a later one would.
[[nodiscard]] Seq contiguous_end(RangeList list, Seq from, const RangePool& pool);

[[nodiscard]] std::size_t size(RangeList list, const RangePool& pool);

}  // namespace deadpeer::unacked
