// PerAddress<Row>: notes about addresses, gathered from connections into one row per address.
//
// What:    Row has `IpAddress address`, `std::uint64_t connections` and +=. add() notes something of an
//          address and gives its row, nullptr where it found no room; rows() gives one row per address,
//          sorted.
// Memory:  bounded by the number of addresses; those beyond it are left out and counted by left_out().
// Cost:    add() O(1), under a hash with a random key, as addresses are chosen by strangers; rows() a sort.
// Threads: one thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/hash.h"
#include "deadpeer/address.h"

namespace deadpeer {

template <typename Row>
class PerAddress {
public:
    explicit PerAddress(std::size_t limit) : limit_(limit) {}

    // Valid until the next call.
    Row* add(const Row& note) {
        if (2 * (rows_.size() + 1) > slots_.size()) grow();
        Slot& slot = slot_of(note.address);
        if (slot != kFree) {
            rows_[slot] += note;
        } else if (rows_.size() < limit_) {
            slot = static_cast<Slot>(rows_.size());
            rows_.push_back(note);
        } else {
            left_out_ += note.connections;
            return nullptr;
        }
        return &rows_[slot];
    }

    // Sorted by address. Notes of one address were added up in the order they came.
    [[nodiscard]] const std::vector<Row>& rows() {
        std::ranges::sort(rows_, {}, &Row::address);
        fill_slots();
        return rows_;
    }

    // The sum of `connections` of the notes that found no room.
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

private:
    using Slot = std::uint32_t;  // of rows_
    static constexpr Slot kFree = 0xffffffff;
    static constexpr std::size_t kFewestSlots = 64;

    // That of the address, or the free one where it belongs. REQUIRES: some are free.
    Slot& slot_of(const IpAddress& address) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t i = hash_(address) & mask;
        while (slots_[i] != kFree && rows_[slots_[i]].address != address) i = (i + 1) & mask;
        return slots_[i];
    }

    void grow() {
        slots_.resize(std::max(kFewestSlots, 2 * slots_.size()));
        fill_slots();
    }

    void fill_slots() {
        std::ranges::fill(slots_, kFree);
        for (std::size_t i = 0; i < rows_.size(); ++i) slot_of(rows_[i].address) = static_cast<Slot>(i);
    }

    std::size_t limit_;
    SeededHash hash_{0};
    std::vector<Row> rows_;
    std::vector<Slot> slots_;
    std::uint64_t left_out_ = 0;
};

}  // namespace deadpeer
