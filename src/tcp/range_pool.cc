#include "tcp/range_pool.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

namespace deadpeer {

bool RangePool::append_making_room(RangeList& list, SeqRange range, std::size_t most, Need need) {
    assert(most <= kMaxRanges);
    if (list.empty()) {
        list.block = allocate(0, need);
        if (list.empty()) return ++forgotten_, false;
    }
    Header* head = header(list);
    if (head->count >= most) return false;
    if (head->count == capacity(head->size_class)) {
        if (!move(list, static_cast<std::uint16_t>(head->size_class + 1), need)) return ++forgotten_, false;
        head = header(list);
    }
    ranges_of(head)[head->count++] = range;
    return true;
}

void RangePool::drop_front(RangeList list, std::size_t count) {
    const std::span<SeqRange> all = ranges(list);
    std::copy(all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), all.begin());
    header(list)->count -= static_cast<std::uint32_t>(count);
}

void RangePool::shrink(RangeList& list) {
    std::uint16_t size_class = kLarge;
    while (capacity(size_class) < 2 * size(list)) ++size_class;
    if (size_class < header(list)->size_class) move(list, size_class, Need::kSpare);
}

bool RangePool::move(RangeList& list, std::uint16_t size_class, Need need) {
    const RangeList moved{allocate(size_class, need)};
    if (moved.empty()) return false;
    const std::span<const SeqRange> from = ranges(list);
    header(moved)->count = header(list)->count;
    std::memcpy(ranges_of(header(moved)), from.data(), from.size_bytes());
    if (is_large(list)) {
        extra(moved) = extra(list);
        extra(list).other = {};
    }
    release(list.block);
    list = moved;
    return true;
}

// 0 if there is no memory for it.
std::uint32_t RangePool::allocate(std::uint16_t size_class, Need need) {
    std::uint32_t block = find_free(size_class);
    if (block == 0 && memory() + sizeof(Slab) > limit_ && compact()) block = find_free(size_class);
    if (block == 0 && memory() + sizeof(Slab) <= limit_) {
        begin_slab();
        block = from_slab(1U << size_class);
    }
    if (block == 0 && need == Need::kUsual && forget_largest(size_class)) block = find_free(size_class);
    if (block == 0) return 0;
    used_units_ += std::size_t{1} << size_class;
    if (size_class >= kLarge) *large(block) = {};
    *header(RangeList{block}) = {0, size_class, true};
    if (size_class >= kLarge) link(block);
    return block;
}

std::uint32_t RangePool::find_free(std::uint16_t size_class) {
    const auto take = [this](std::size_t from) {
        const std::uint32_t block = free_[from];
        if (block != 0) free_[from] = header(RangeList{block})->count;
        return block;
    };
    std::uint32_t block = take(size_class);
    if (block == 0) block = from_slab(1U << size_class);
    for (std::uint16_t larger = size_class + 1; block == 0 && larger < kSizeClasses; ++larger) {
        block = take(larger);
        const std::uint32_t units = 1U << size_class;
        if (block != 0) free_units(block + units, (1U << larger) - units);
    }
    return block;
}

std::uint32_t RangePool::from_slab(std::uint32_t units) {
    if (next_unit_ + units > kUnitsPerSlab) return 0;
    const auto block = static_cast<std::uint32_t>(current_ * kUnitsPerSlab) + next_unit_ + 1;
    next_unit_ += units;
    return block;
}

// What is left of the slab before serves smaller lists.
void RangePool::begin_slab() {
    if (next_unit_ < kUnitsPerSlab) {
        free_units(static_cast<std::uint32_t>(current_ * kUnitsPerSlab) + next_unit_ + 1,
                   kUnitsPerSlab - next_unit_);
    }
    if (vacant_.empty()) {
        vacant_.push_back(static_cast<std::uint32_t>(slabs_.size()));
        slabs_.emplace_back();
    }
    current_ = vacant_.back();
    vacant_.pop_back();
    slabs_[current_].reset(new Slab);
    next_unit_ = 0;
}

// What only a large block has to undo.
void RangePool::release_large(std::uint32_t block) {
    clear(large(block)->extra.other);
    unlink(block);
}

// Units that are in use by nobody become free blocks.
void RangePool::free_units(std::uint32_t first, std::uint32_t count) {
    while (count > 0) {
        const auto size_class = static_cast<std::uint16_t>(std::bit_width(count) - 1);
        *header(RangeList{first}) = {free_[size_class], size_class, false};
        free_[size_class] = first;
        first += 1U << size_class;
        count -= 1U << size_class;
    }
}

void RangePool::link(std::uint32_t block) {
    const std::uint16_t size_class = header(RangeList{block})->size_class;
    std::uint32_t& newest = newest_[size_class];
    large(block)->previous = newest;
    large(block)->next = 0;
    (newest == 0 ? oldest_[size_class] : large(newest)->next) = block;
    newest = block;
}

void RangePool::unlink(std::uint32_t block) {
    const LargeHeader& links = *large(block);
    const std::uint16_t size_class = links.header.size_class;
    (links.previous == 0 ? oldest_[size_class] : large(links.previous)->next) = links.next;
    (links.next == 0 ? newest_[size_class] : large(links.next)->previous) = links.previous;
}

// The oldest of the largest blocks, if one is larger than of that class, keeps its first unit only.
bool RangePool::forget_largest(std::uint16_t above) {
    for (std::uint16_t size_class = kSizeClasses - 1; size_class > above && size_class >= kLarge;
         --size_class) {
        const std::uint32_t block = oldest_[size_class];
        if (block == 0) continue;
        forgotten_ +=
            header(RangeList{block})->count - large(block)->extra.first + size(large(block)->extra.other) / 2;
        clear(large(block)->extra.other);
        unlink(block);
        *header(RangeList{block}) = {0, 0, true};
        const std::uint32_t rest = (1U << size_class) - 1;
        // From the end on, so that the largest piece is one that a list can have.
        free_units(block + 1, rest);
        used_units_ -= rest;
        freed_units_ += rest;
        return true;
    }
    return false;
}

void RangePool::give_back() {
    if (spare() >= memory() / 2) compact();
}

// Joins free blocks. Worth its walk only after a quarter of all was freed.
bool RangePool::compact() {
    if (freed_units_ < memory() / sizeof(Unit) / 4 || freed_units_ == 0) return false;
    if (next_unit_ < kUnitsPerSlab) {
        free_units(static_cast<std::uint32_t>(current_ * kUnitsPerSlab) + next_unit_ + 1,
                   kUnitsPerSlab - next_unit_);
        next_unit_ = kUnitsPerSlab;
    }
    freed_units_ = 0;
    free_ = {};
    for (std::size_t slab = 0; slab < slabs_.size(); ++slab) {
        if (slabs_[slab] != nullptr) join_free(slab);
    }
    return true;
}

void RangePool::join_free(std::size_t slab) {
    const auto base = static_cast<std::uint32_t>(slab * kUnitsPerSlab) + 1;
    std::uint32_t free_from = 0;
    for (std::uint32_t at = 0; at < kUnitsPerSlab;) {
        const Header head = *header(RangeList{base + at});
        const std::uint32_t end = at + (1U << head.size_class);
        if (head.used) {
            free_units(base + free_from, at - free_from);
            free_from = end;
        }
        at = end;
    }
    if (free_from > 0) return free_units(base + free_from, kUnitsPerSlab - free_from);
    slabs_[slab].reset();
    vacant_.push_back(static_cast<std::uint32_t>(slab));
}

}  // namespace deadpeer
