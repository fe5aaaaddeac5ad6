// Picture: how every connection stands, described to a sink while the analysis goes on.
//
// What:     connections are gathered in any order, a run at a time, and then have their turn in the order of
//           streams. Each that was open when the picture began is described once: as it stands when its turn
//           comes, or as it ended before that, then out of order. Those that begin later are left out.
// Memory:   16 bytes a connection.
// Lifetime: all that is given must outlive it.
// Threads:  one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "analyzer/conclusions.h"
#include "deadpeer/sink.h"

namespace deadpeer {

class Picture {
public:
    // `end`: of the stream numbers that are in it.
    Picture(Conclusions books, ReportSink& sink, std::uint64_t end)
        : books_(std::move(books)), sink_(sink), end_(end) {}

    // `record`: where the flow table has it.
    void add(const Connection& connection, std::uint32_t record) {
        if (connection.tcp.number >= end_) return;
        entries_.push_back({connection.tcp.number, record});
        books_.gather_timers(connection);
    }
    void end_run() {
        if (entries_.size() == (runs_.empty() ? 0 : runs_.back().end)) return;
        runs_.push_back({runs_.empty() ? 0 : runs_.back().end, entries_.size()});
        std::sort(entries_.begin() + offset(runs_.back().next), entries_.end(), before);
    }
    // REQUIRES: no run is open, and all that were added.
    void freeze() {
        books_.freeze();
        const auto later = [this](const Run& a, const Run& b) { return comes_later(a, b); };
        std::ranges::make_heap(runs_, later);
    }

    // Whose turn it is. It may have ended since it was gathered.
    struct Entry {
        std::uint64_t stream;
        std::uint32_t record;
    };
    std::optional<Entry> next() {
        const auto later = [this](const Run& a, const Run& b) { return comes_later(a, b); };
        while (!runs_.empty()) {
            std::ranges::pop_heap(runs_, later);
            const Entry entry = entries_[runs_.back().next++];
            if (runs_.back().next == runs_.back().end) {
                runs_.pop_back();
            } else {
                std::ranges::push_heap(runs_, later);
            }
            if (entry.stream < begin_) continue;  // it was gathered in two places
            begin_ = entry.stream + 1;
            return entry;
        }
        begin_ = end_;
        return std::nullopt;
    }

    // REQUIRES: it is the connection's turn.
    void describe(const Connection& connection, bool superseded, const CaptureState& capture,
                  const HostSigns& host) {
        ++described_;
        sink_.on_flow(books_.conclude(connection, superseded, capture, host).flow);
    }

    // Any connection has ended.
    void end(const FlowSummary& flow) {
        if (flow.stream < begin_ || flow.stream >= end_) return;
        ++described_;
        sink_.on_early_flow(flow);
    }

    [[nodiscard]] std::uint64_t described() const { return described_; }

private:
    // Entries [next, end), by stream.
    struct Run {
        std::size_t next;
        std::size_t end;
    };

    static std::ptrdiff_t offset(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }
    static bool before(const Entry& a, const Entry& b) { return a.stream < b.stream; }
    [[nodiscard]] bool comes_later(const Run& a, const Run& b) const {
        return before(entries_[b.next], entries_[a.next]);
    }

    Conclusions books_;  // of the timers
    ReportSink& sink_;
    std::uint64_t begin_ = 0;  // of the streams whose turn has not come
    const std::uint64_t end_;
    std::vector<Entry> entries_;
    std::vector<Run> runs_;  // while gathering, in order; then a heap by the next stream of each
    std::uint64_t described_ = 0;
};

}  // namespace deadpeer
