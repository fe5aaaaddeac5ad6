// Pool<T>: records named by small numbers.
//
// What:     take() gives a default-constructed record, release() gives it back. Blocks of records are never
//           moved, so a reference stays valid until its record is released. Number 0 names nothing.
// Cost:     O(1); memory is taken by blocks and kept.
// Threads:  one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace deadpeer {

template <typename T>
class Pool {
public:
    using Number = std::uint32_t;

    Number take() {
        if (free_.empty()) add_block();
        const Number number = free_.back();
        free_.pop_back();
        (*this)[number] = T{};
        return number;
    }

    // REQUIRES: number was taken.
    void release(Number number) { free_.push_back(number); }

    // REQUIRES: number was taken.
    [[nodiscard]] T& operator[](Number number) {
        return blocks_[(number - 1) / kBlock][(number - 1) % kBlock];
    }
    [[nodiscard]] const T& operator[](Number number) const {
        return blocks_[(number - 1) / kBlock][(number - 1) % kBlock];
    }

    // nullptr for number 0.
    [[nodiscard]] T* find(Number number) { return number == 0 ? nullptr : &(*this)[number]; }
    [[nodiscard]] const T* find(Number number) const { return number == 0 ? nullptr : &(*this)[number]; }

    [[nodiscard]] std::size_t memory() const {
        return blocks_.size() * kBlock * sizeof(T) + free_.capacity() * sizeof(Number);
    }
    // Records that can be taken without taking memory.
    [[nodiscard]] std::size_t spare() const { return free_.size(); }

private:
    static constexpr Number kBlock = 64;

    void add_block() {
        const auto first = static_cast<Number>(blocks_.size() * kBlock + 1);
        blocks_.push_back(std::make_unique<T[]>(kBlock));
        for (Number i = kBlock; i > 0; --i) free_.push_back(first + i - 1);
    }

    std::vector<std::unique_ptr<T[]>> blocks_;
    std::vector<Number> free_;
};

}  // namespace deadpeer
