// SortedSpool<T, KeyOf>: records that come in any order and leave in ascending order of their keys.
//
// DESCRIPTION
// What:     a priority queue: push() in any order, lowest() and pop() in ascending order. It holds any number
//           of trivially copyable records in bounded memory. `KeyOf` tells the key of a record.
// Cost:     push and pop are O(log n) comparisons; beyond the memory each record is written once and read
//           once, in long sequential pieces.
// Threads:  one thread at a time.
// Errors:   status() tells the first failure of the file.
//
// IMPLEMENTATION
// An external merge sort. Records are held in slots_, with order_ a min-heap of their keys. When the slots
// are full they are written to the file as a run, sorted. runs_ is a min-heap by the key at each run's head.
// Invariant: the lowest of all is order_.front() or the head of runs_.front().
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "report/storage/spool_file.h"

namespace deadpeer {

template <typename T, typename KeyOf>
class SortedSpool {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    using Key = std::invoke_result_t<KeyOf, const T&>;
    static constexpr std::size_t kDefaultMemory = std::size_t{16} << 20;

    explicit SortedSpool(SpoolFolder folder, std::size_t memory_bytes = kDefaultMemory)
        : capacity_(std::max<std::size_t>(1, memory_bytes / sizeof(T))), file_(std::move(folder)) {}

    void push(const T& record) {
        if (order_.size() == capacity_) write_run();
        std::size_t slot = slots_.size();
        if (free_slots_.empty()) {
            // The last doubling would take more than the memory that is meant.
            if (slots_.size() == slots_.capacity())
                slots_.reserve(std::min(capacity_, 2 * slots_.size() + 1));
            slots_.push_back(record);
        } else {
            slot = free_slots_.back();
            free_slots_.pop_back();
            slots_[slot] = record;
        }
        order_.push_back({KeyOf()(record), slot});
        std::push_heap(order_.begin(), order_.end(), later);
    }

    [[nodiscard]] bool empty() const { return order_.empty() && runs_.empty(); }
    // REQUIRES: not empty.
    [[nodiscard]] Key lowest() const {
        return lowest_is_in_memory() ? order_.front().key : runs_.front().key();
    }
    T pop() { return lowest_is_in_memory() ? pop_from_memory() : pop_from_runs(); }

    [[nodiscard]] Status status() const { return file_.status(); }
    [[nodiscard]] bool failed() const { return file_.failed(); }

private:
    static constexpr std::size_t kWindow = 32;  // records read or written at a time

    struct Entry {
        Key key;
        std::size_t slot;
    };
    // Records [next, end) of the file are still to be read; window[at] is the head.
    struct Run {
        std::uint64_t next;
        std::uint64_t end;
        std::vector<T> window;
        std::size_t at;

        [[nodiscard]] Key key() const { return KeyOf()(window[at]); }
    };
    static bool later(const Entry& a, const Entry& b) { return a.key > b.key; }
    static bool run_later(const Run& a, const Run& b) { return a.key() > b.key(); }

    [[nodiscard]] bool lowest_is_in_memory() const {
        if (runs_.empty()) return true;
        return !order_.empty() && order_.front().key < runs_.front().key();
    }

    T pop_from_memory() {
        const std::size_t slot = order_.front().slot;
        std::pop_heap(order_.begin(), order_.end(), later);
        order_.pop_back();
        free_slots_.push_back(slot);
        return slots_[slot];
    }

    T pop_from_runs() {
        std::pop_heap(runs_.begin(), runs_.end(), run_later);
        Run& run = runs_.back();
        const T record = run.window[run.at++];
        if (run.at == run.window.size()) refill(run);
        if (run.window.empty()) {
            runs_.pop_back();
        } else {
            std::push_heap(runs_.begin(), runs_.end(), run_later);
        }
        return record;
    }

    void refill(Run& run) {
        run.at = 0;
        run.window.resize(std::min<std::uint64_t>(kWindow, run.end - run.next));
        file_.read(run.next * sizeof(T), std::as_writable_bytes(std::span(run.window)));
        run.next += run.window.size();
    }

    void write_run() {
        std::sort(order_.begin(), order_.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
        Run run = {records_in_file_, records_in_file_ + order_.size(), {}, 0};
        std::vector<T> piece;
        for (std::size_t i = 0; i < order_.size(); i += piece.size()) {
            piece.clear();
            const std::size_t end = std::min(i + kWindow, order_.size());
            for (std::size_t entry = i; entry < end; ++entry) piece.push_back(slots_[order_[entry].slot]);
            file_.write(records_in_file_ * sizeof(T), std::as_bytes(std::span(piece)));
            records_in_file_ += piece.size();
        }
        order_.clear();
        slots_.clear();
        free_slots_.clear();
        refill(run);
        runs_.push_back(std::move(run));
        std::push_heap(runs_.begin(), runs_.end(), run_later);
    }

    std::size_t capacity_;  // slots
    std::vector<T> slots_;
    std::vector<std::size_t> free_slots_;
    std::vector<Entry> order_;
    std::vector<Run> runs_;
    std::uint64_t records_in_file_ = 0;
    SpoolFile file_;
};

}  // namespace deadpeer
