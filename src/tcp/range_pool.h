// RangePool: memory for short lists of sequence ranges.
//
// DESCRIPTION
// What:     most connections hold no range, a few hold thousands. A RangeList is four bytes; its ranges live
//           in a block of the pool whose size is a power of two.
// Cost:     append is O(1) amortised. Freed blocks are used again.
// Memory:   taken in slabs of 128 KiB, up to a limit. Where a block can only be had beyond it, one of the
//           largest lists loses its ranges, or, if there is no larger one, the list does not grow;
//           forgotten() counts both. Slabs without a list are given back.
// Lifetime: a RangeList must be cleared before it is dropped, or its block stays taken. A span of ranges is
//           valid until the next append to any list.
// Threads:  one at a time.
//
// IMPLEMENTATION
// A block of class c is 2^c units of 32 bytes: a header, then ranges. Blocks fill their slab without a gap,
// so that compact() can walk them and join what is free. Blocks of kLarge and above have a whole unit as
// header and are linked by class, oldest first: so the largest is found, and loses all but its first unit,
// which keeps its name.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "core/seq.h"

namespace deadpeer {

// The octets from `start` up to, not including, `end`.
struct SeqRange {
    Seq start;
    Seq end;
};

// A list kept in a RangePool. Copying it copies the name of the list, not the ranges.
struct RangeList {
    std::uint32_t block = 0;  // 0 = empty

    [[nodiscard]] bool empty() const { return block == 0; }
};

class RangePool {
public:
    // As many ranges as fit into the largest block; Wireshark's limit of 10000 is below it.
    static constexpr std::size_t kMaxRanges = 16380;
    // As many as fit into a block that is not large.
    static constexpr std::size_t kFewRanges = 15;
    static constexpr std::size_t kSlabBytes = std::size_t{128} << 10;

    // What a large block has room for besides its ranges; zero at first. Whose list it is knows its meaning.
    struct Extra {
        std::uint32_t first = 0;
        std::uint32_t before = 0;
        RangeList other;  // goes with the list
        std::uint32_t unused = 0;
    };

    [[nodiscard]] std::size_t size(RangeList list) const { return list.empty() ? 0 : header(list)->count; }

    // In the order of appending.
    [[nodiscard]] std::span<SeqRange> ranges(RangeList list) {
        return list.empty() ? std::span<SeqRange>{} : ranges_at(header(list));
    }
    [[nodiscard]] std::span<const SeqRange> ranges(RangeList list) const {
        return list.empty() ? std::span<const SeqRange>{} : ranges_at(header(list));
    }

    enum class Need : std::uint8_t { kUsual, kSpare };  // kSpare: not at the cost of another list

    // Unless the list has `most` ranges already, or there is no memory for it: then answers false.
    // REQUIRES: most <= kMaxRanges.
    bool append(RangeList& list, SeqRange range, std::size_t most = kMaxRanges, Need need = Need::kUsual);

    // Keeps the first `count` ranges. REQUIRES: count <= size(list).
    void truncate(RangeList& list, std::size_t count);

    void clear(RangeList& list) { truncate(list, 0); }

    // Leaves out the first `count`; of a large list the block stays even if none is left.
    // REQUIRES: is_large(list); count <= size(list).
    void drop_front(RangeList list, std::size_t count);

    // Moves the list to the smallest large block that has room for twice its ranges, if that is smaller.
    // REQUIRES: is_large(list).
    void shrink(RangeList& list);

    [[nodiscard]] bool is_large(RangeList list) const {
        return !list.empty() && header(list)->size_class >= kLarge;
    }
    [[nodiscard]] bool is_full(RangeList list) const {
        return header(list)->count == capacity(header(list)->size_class);
    }
    // REQUIRES: is_large(list).
    [[nodiscard]] Extra& extra(RangeList list) { return large(list.block)->extra; }
    [[nodiscard]] const Extra& extra(RangeList list) const { return large(list.block)->extra; }

    // Taken so far stays, but no more is taken beyond it.
    void set_limit(std::size_t bytes) { limit_ = bytes; }
    // Ranges that found no memory, or had to make room for others.
    [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

    [[nodiscard]] std::size_t memory() const { return (slabs_.size() - vacant_.size()) * sizeof(Slab); }
    // How much of it holds no list.
    [[nodiscard]] std::size_t spare() const { return memory() - used_units_ * sizeof(Unit); }

    // Gives back slabs without a list. O(1) unless enough was freed since it last looked.
    void give_back();

    // Ranges looked at one by one, to show that they are few; whoever walks a list counts.
    void count_work(std::size_t ranges) const { work_ += ranges; }
    [[nodiscard]] std::uint64_t work() const { return work_; }

private:
    struct Header {
        std::uint32_t count;  // in a free block the next free block of its class
        std::uint16_t size_class;
        bool used;
    };
    static_assert(sizeof(Header) == sizeof(SeqRange));
    struct LargeHeader {
        Header header;
        std::uint32_t previous;
        std::uint32_t next;
        Extra extra;
    };
    struct alignas(Header) Unit {
        std::array<std::byte, 32> bytes;
    };
    static_assert(sizeof(LargeHeader) == sizeof(Unit));
    static constexpr std::uint32_t kRangesPerUnit = sizeof(Unit) / sizeof(SeqRange);
    static constexpr std::uint32_t kUnitsPerSlab = 4096;
    static constexpr std::uint16_t kSizeClasses = 13;  // up to 4096 units
    static constexpr std::uint16_t kLarge = 3;
    using Slab = std::array<Unit, kUnitsPerSlab>;
    static_assert(sizeof(Slab) == kSlabBytes);

    static std::uint32_t capacity(std::uint32_t size_class) {
        return (kRangesPerUnit << size_class) - (size_class >= kLarge ? kRangesPerUnit : 1);
    }
    [[nodiscard]] Unit* unit(std::uint32_t block) const {
        return slabs_.data()[(block - 1) / kUnitsPerSlab]->data() + (block - 1) % kUnitsPerSlab;
    }
    [[nodiscard]] Header* header(RangeList list) const { return reinterpret_cast<Header*>(unit(list.block)); }
    [[nodiscard]] LargeHeader* large(std::uint32_t block) const {
        return reinterpret_cast<LargeHeader*>(unit(block));
    }
    static SeqRange* ranges_of(Header* header) {
        return reinterpret_cast<SeqRange*>(header) + (header->size_class >= kLarge ? kRangesPerUnit : 1);
    }
    static std::span<SeqRange> ranges_at(Header* header) { return {ranges_of(header), header->count}; }

    [[nodiscard]] std::uint32_t allocate(std::uint16_t size_class, Need need);
    [[nodiscard]] std::uint32_t find_free(std::uint16_t size_class);
    [[nodiscard]] std::uint32_t from_slab(std::uint32_t units);
    bool append_making_room(RangeList& list, SeqRange range, std::size_t most, Need need);
    bool forget_largest(std::uint16_t above);
    bool move(RangeList& list, std::uint16_t size_class, Need need);
    void begin_slab();
    void release(std::uint32_t block);
    void release_large(std::uint32_t block);
    void free_units(std::uint32_t first, std::uint32_t count);
    void link(std::uint32_t block);
    void unlink(std::uint32_t block);
    bool compact();
    void join_free(std::size_t slab);

    std::vector<std::unique_ptr<Slab>> slabs_;
    std::vector<std::uint32_t> vacant_;  // places in slabs_ that were given back
    std::size_t used_units_ = 0;
    std::size_t freed_units_ = 0;                     // since compact()
    std::size_t current_ = 0;                         // the slab that was taken last
    std::uint32_t next_unit_ = kUnitsPerSlab;         // its first untouched unit
    std::array<std::uint32_t, kSizeClasses> free_{};  // heads of free lists, linked through the blocks
    // Of used blocks, for large classes.
    std::array<std::uint32_t, kSizeClasses> oldest_{};
    std::array<std::uint32_t, kSizeClasses> newest_{};
    std::size_t limit_ = std::numeric_limits<std::size_t>::max();
    std::uint64_t forgotten_ = 0;
    mutable std::uint64_t work_ = 0;
};

// Most segments come to a list with room, or to none while a small block is free.
inline bool RangePool::append(RangeList& list, SeqRange range, std::size_t most, Need need) {
    if (list.empty() && free_[0] != 0) {
        list.block = free_[0];
        free_[0] = header(list)->count;
        *header(list) = {0, 0, true};
        ++used_units_;
    }
    if (list.empty()) return append_making_room(list, range, most, need);
    Header* const head = header(list);
    if (head->count >= std::min<std::size_t>(most, capacity(head->size_class)))
        return append_making_room(list, range, most, need);
    ranges_of(head)[head->count++] = range;
    return true;
}

inline void RangePool::truncate(RangeList& list, std::size_t count) {
    if (list.empty()) return;
    assert(count <= header(list)->count);
    if (count > 0) {
        header(list)->count = static_cast<std::uint32_t>(count);
        return;
    }
    release(list.block);
    list.block = 0;
}

inline void RangePool::release(std::uint32_t block) {
    Header* const head = header(RangeList{block});
    const std::uint16_t size_class = head->size_class;
    if (size_class >= kLarge) release_large(block);
    *head = {free_[size_class], size_class, false};
    free_[size_class] = block;
    used_units_ -= std::size_t{1} << size_class;
    freed_units_ += std::size_t{1} << size_class;
}

}  // namespace deadpeer
