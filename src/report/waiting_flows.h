// WaitingFlows: connections that wait for those with lower stream numbers.
//
// DESCRIPTION
// What:     a priority queue by stream number: push() in any order, lowest() and pop() in ascending order. It
//           holds any number in bounded memory.
// Cost:     push and pop are O(log n) comparisons; beyond the memory each record is written once and read
//           once, in long sequential pieces.
// Threads:  one thread at a time.
// Errors:   status() tells the first failure of the file.
//
// IMPLEMENTATION
// An external merge sort. Records are held in slots_, with order_ a min-heap of their streams. When the slots
// are full they are written to the file as a run, sorted. runs_ is a min-heap by the stream at each run's
// head. Invariant: the lowest of all is order_.front() or the head of runs_.front().
#pragma once

#include <cstdint>
#include <vector>

#include "deadpeer/flow_summary.h"
#include "report/spool_file.h"

namespace deadpeer {

class WaitingFlows {
public:
    static constexpr std::size_t kDefaultMemory = std::size_t{16} << 20;

    explicit WaitingFlows(SpoolFolder folder, std::size_t memory_bytes = kDefaultMemory);

    void push(const FlowSummary& flow);
    [[nodiscard]] bool empty() const { return order_.empty() && runs_.empty(); }
    // REQUIRES: not empty.
    [[nodiscard]] std::uint64_t lowest() const;
    FlowSummary pop();

    [[nodiscard]] Status status() const { return file_.status(); }
    [[nodiscard]] bool failed() const { return file_.failed(); }

private:
    struct Entry {
        std::uint64_t stream;
        std::size_t slot;
    };
    // Records [next, end) of the file are still to be read; window[at] is the head.
    struct Run {
        std::uint64_t next;
        std::uint64_t end;
        std::vector<FlowSummary> window;
        std::size_t at;

        [[nodiscard]] std::uint64_t stream() const { return window[at].stream; }
    };
    static bool later(const Entry& a, const Entry& b) { return a.stream > b.stream; }
    static bool run_later(const Run& a, const Run& b) { return a.stream() > b.stream(); }

    [[nodiscard]] bool lowest_is_in_memory() const;
    FlowSummary pop_from_memory();
    FlowSummary pop_from_runs();
    void write_run();
    void refill(Run& run);

    std::size_t capacity_;  // slots
    std::vector<FlowSummary> slots_;
    std::vector<std::size_t> free_slots_;
    std::vector<Entry> order_;
    std::vector<Run> runs_;
    std::uint64_t records_in_file_ = 0;
    SpoolFile file_;
};

}  // namespace deadpeer
