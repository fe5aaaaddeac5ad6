// Pooled<T>: a record that its owner has only at times, and RecordPool<T>, where it comes from.
//
//     Pooled<Train> train;            // reads as a default-constructed Train
//     train.in(trains).length = 1;    // takes a record from the pool, if it has none
//     train.release(trains);          // gives it back
//
// What:     a pointer's size where a record is seldom needed. Blocks of records are never moved, so a
//           reference stays valid until the record is released.
// Cost:     O(1); memory is taken by blocks and kept.
// Lifetime: the owner releases it, to the pool that it was taken from, before it goes.
// Threads:  one at a time.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace deadpeer {

template <typename T>
class RecordPool {
public:
    T* take() {
        if (free_.empty()) add_block();
        T* const record = free_.back();
        free_.pop_back();
        *record = T{};
        return record;
    }

    // REQUIRES: record was taken.
    void release(T* record) { free_.push_back(record); }

    [[nodiscard]] std::size_t memory() const {
        return blocks_.size() * sizeof(Block) + free_.capacity() * sizeof(T*);
    }
    // Records that can be taken without taking memory.
    [[nodiscard]] std::size_t spare() const { return free_.size(); }
    // Records that are taken.
    [[nodiscard]] std::size_t taken() const { return blocks_.size() * kRecords - free_.size(); }

private:
    static constexpr std::size_t kRecords = 256;
    // Begins with a cache line, so that records of a round size lie in as few as they can.
    struct alignas(64) Block {
        std::array<T, kRecords> records{};
    };

    void add_block() {
        blocks_.push_back(std::make_unique<Block>());
        for (std::size_t i = kRecords; i > 0; --i) free_.push_back(&blocks_.back()->records[i - 1]);
    }

    std::vector<std::unique_ptr<Block>> blocks_;
    std::vector<T*> free_;
};

template <typename T>
class Pooled {
public:
    Pooled() = default;
    Pooled(Pooled&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
    Pooled& operator=(Pooled&& other) noexcept {
        assert(!held());
        record_ = std::exchange(other.record_, nullptr);
        return *this;
    }
    ~Pooled() = default;

    [[nodiscard]] bool held() const { return record_ != nullptr; }
    const T& operator*() const { return held() ? *record_ : none(); }
    const T* operator->() const { return &**this; }

    // The record to write to.
    T& in(RecordPool<T>& pool) {
        if (!held()) record_ = pool.take();
        return *record_;
    }

    void release(RecordPool<T>& pool) {
        if (held()) pool.release(std::exchange(record_, nullptr));
    }

private:
    static const T& none() {
        static const T record;
        return record;
    }

    T* record_ = nullptr;
};

}  // namespace deadpeer
