// Deadlines: which connections to ask about when, for those who watch a clock.
//
// DESCRIPTION
// What:     set() wants a connection asked about at a time, or earlier; due() hands out those whose time has
//           come. A connection has at most one deadline: the earliest that was set. Who finds nothing decided
//           sets the next.
// Cost:     O(log n).
// Memory:   about 160 bytes a deadline.
// Threads:  one at a time.
//
// IMPLEMENTATION
// A heap by time. An earlier deadline for a connection that has one, and forget(), leave the old entry in the
// heap; it is passed over when its time comes, because times_ tells another. When such entries are more than
// half of the heap it is built anew without them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/hash.h"
#include "deadpeer/address.h"
#include "deadpeer/stream_number.h"
#include "deadpeer/time.h"

namespace deadpeer {

class Deadlines {
public:
    struct Entry {
        Nanoseconds time;
        StreamNumber stream;
        FlowKey key;
    };

    void set(const FlowKey& key, StreamNumber stream, Nanoseconds time) {
        const auto [known, fresh] = times_.try_emplace(stream, time);
        if (!fresh && known->second <= time) return;
        known->second = time;
        if (heap_.size() >= 2 * times_.size() + kFew) drop_stale();
        heap_.push_back({time, stream, key});
        std::push_heap(heap_.begin(), heap_.end(), later);
    }

    // The connection is gone.
    void forget(StreamNumber stream) { times_.erase(stream); }

    // The next of which the time has come.
    std::optional<Entry> due(Nanoseconds now) {
        while (!heap_.empty() && heap_.front().time <= now) {
            std::pop_heap(heap_.begin(), heap_.end(), later);
            const Entry entry = heap_.back();
            heap_.pop_back();
            if (is_stale(entry)) continue;
            times_.erase(entry.stream);
            return entry;
        }
        return std::nullopt;
    }

    // Or earlier.
    [[nodiscard]] std::optional<Nanoseconds> next() const {
        return heap_.empty() ? std::nullopt : std::optional(heap_.front().time);
    }

    [[nodiscard]] std::size_t memory() const {
        constexpr std::size_t kMapNode = 48;  // with its bucket
        return heap_.capacity() * sizeof(Entry) + times_.size() * kMapNode;
    }

private:
    static constexpr std::size_t kFew = 64;

    static bool later(const Entry& a, const Entry& b) { return a.time > b.time; }

    [[nodiscard]] bool is_stale(const Entry& entry) const {
        const auto known = times_.find(entry.stream);
        return known == times_.end() || known->second != entry.time;
    }

    void drop_stale() {
        std::erase_if(heap_, [this](const Entry& entry) { return is_stale(entry); });
        std::make_heap(heap_.begin(), heap_.end(), later);
    }

    std::vector<Entry> heap_;
    std::unordered_map<StreamNumber, Nanoseconds, SeededHash> times_{0, SeededHash(0)};  // by stream
};

}  // namespace deadpeer
