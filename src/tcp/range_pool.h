// RangePool: memory for short lists of sequence ranges.
//
// What:     most connections hold no range, a few hold thousands. A RangeList is four bytes; its ranges live
//           in a block of the pool whose size is a power of two.
// Cost:     append is O(1) amortised. Freed blocks are used again; the pool takes memory in slabs of
//           128 KiB and gives none back.
// Lifetime: a RangeList must be cleared before it is dropped, or its block stays taken. A span of ranges is
//           valid until the next append to any list.
// Threads:  one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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
    static constexpr std::size_t kMaxRanges = 16383;

    [[nodiscard]] std::size_t size(RangeList list) const { return list.empty() ? 0 : header(list)->count; }

    // In the order of appending.
    [[nodiscard]] std::span<SeqRange> ranges(RangeList list) {
        return list.empty() ? std::span<SeqRange>{} : ranges_at(header(list));
    }
    [[nodiscard]] std::span<const SeqRange> ranges(RangeList list) const {
        return list.empty() ? std::span<const SeqRange>{} : ranges_at(header(list));
    }

    // Unless the list has `most` ranges already: then answers false. REQUIRES: most <= kMaxRanges.
    bool append(RangeList& list, SeqRange range, std::size_t most = kMaxRanges);

    // Keeps the first `count` ranges. REQUIRES: count <= size(list).
    void truncate(RangeList& list, std::size_t count);

    void clear(RangeList& list) { truncate(list, 0); }

    [[nodiscard]] std::size_t memory() const { return slabs_.size() * sizeof(Slab); }
    // How much of it holds no list. Not every list finds room there: blocks are not joined.
    [[nodiscard]] std::size_t spare() const { return memory() - used_units_ * sizeof(Unit); }

private:
    // A block of class c is 2^c units of 32 bytes: a header in place of its first range, then ranges.
    struct Header {
        std::uint32_t count;
        std::uint32_t size_class;
    };
    static_assert(sizeof(Header) == sizeof(SeqRange));
    // In a free block `count` names the next free block of its class.
    struct alignas(Header) Unit {
        std::array<std::byte, 32> bytes;
    };
    static constexpr std::uint32_t kRangesPerUnit = sizeof(Unit) / sizeof(SeqRange);
    static constexpr std::uint32_t kUnitsPerSlab = 4096;
    static constexpr std::uint32_t kSizeClasses = 13;  // up to 4096 units: 16383 ranges
    using Slab = std::array<Unit, kUnitsPerSlab>;

    [[nodiscard]] Unit* unit(std::uint32_t block) const {
        return &(*slabs_[(block - 1) / kUnitsPerSlab])[(block - 1) % kUnitsPerSlab];
    }
    [[nodiscard]] Header* header(RangeList list) const { return reinterpret_cast<Header*>(unit(list.block)); }
    [[nodiscard]] SeqRange* first_range(RangeList list) const { return ranges_of(header(list)); }
    static SeqRange* ranges_of(Header* header) { return reinterpret_cast<SeqRange*>(header) + 1; }

    static std::span<SeqRange> ranges_at(Header* header) { return {ranges_of(header), header->count}; }

    std::uint32_t allocate(std::uint32_t size_class);
    void release(std::uint32_t block, std::uint32_t size_class);

    std::vector<std::unique_ptr<Slab>> slabs_;
    std::size_t used_units_ = 0;
    std::uint32_t next_unit_ = kUnitsPerSlab;         // first untouched unit of the last slab
    std::array<std::uint32_t, kSizeClasses> free_{};  // heads of free lists, linked through the blocks
};

}  // namespace deadpeer
