#include "tcp/range_pool.h"

#include <cassert>
#include <cstring>

namespace deadpeer {

bool RangePool::append(RangeList& list, SeqRange range, std::size_t most) {
    assert(most <= kMaxRanges);
    if (list.empty()) list.block = allocate(0);
    Header* head = header(list);
    if (head->count >= most) return false;
    if (head->count + 1 == (kRangesPerUnit << head->size_class)) {
        const RangeList larger{allocate(head->size_class + 1)};
        head = header(larger);
        head->count = header(list)->count;
        std::memcpy(first_range(larger), first_range(list), head->count * sizeof(SeqRange));
        release(list.block, head->size_class - 1);
        list = larger;
    }
    ranges_of(head)[head->count++] = range;
    return true;
}

void RangePool::truncate(RangeList& list, std::size_t count) {
    if (list.empty()) return;
    assert(count <= header(list)->count);
    if (count > 0) {
        header(list)->count = static_cast<std::uint32_t>(count);
        return;
    }
    release(list.block, header(list)->size_class);
    list.block = 0;
}

std::uint32_t RangePool::allocate(std::uint32_t size_class) {
    std::uint32_t block = free_[size_class];
    if (block != 0) {
        free_[size_class] = header(RangeList{block})->count;
    } else {
        const std::uint32_t units = 1U << size_class;
        if (next_unit_ + units > kUnitsPerSlab) {
            // What is left of the slab serves smaller lists.
            while (next_unit_ < kUnitsPerSlab) {
                const auto rest =
                    static_cast<std::uint32_t>((slabs_.size() - 1) * kUnitsPerSlab) + next_unit_ + 1;
                ++used_units_;
                release(rest, 0);
                ++next_unit_;
            }
            slabs_.push_back(std::make_unique<Slab>());
            next_unit_ = 0;
        }
        block = static_cast<std::uint32_t>((slabs_.size() - 1) * kUnitsPerSlab) + next_unit_ + 1;
        next_unit_ += units;
    }
    used_units_ += std::size_t{1} << size_class;
    *header(RangeList{block}) = {0, size_class};
    return block;
}

void RangePool::release(std::uint32_t block, std::uint32_t size_class) {
    header(RangeList{block})->count = free_[size_class];
    free_[size_class] = block;
    used_units_ -= std::size_t{1} << size_class;
}

}  // namespace deadpeer
