// RecentTable: a map of bounded size that forgets, of keys that fall together, the one used longest ago.
//
// What:    a value has a member `last`, the time of its latest use; kNoTime in a fresh one. Of a key that is
//          not there it is known up to when it, or another in its place, may have been used:
//          forgotten_until().
// Cost:    O(1).
// Memory:  fixed; taken at the first insertion.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "deadpeer/time.h"

namespace deadpeer {

template <typename Key, typename Value>
class RecentTable {
public:
    // `bytes`: what it may take, about.
    explicit RecentTable(std::size_t bytes)
        : buckets_wanted_(std::bit_floor(std::max(bytes / sizeof(Bucket), kFewest))) {}

    [[nodiscard]] const Value* find(const Key& key, std::uint64_t hash) const {
        if (buckets_.empty()) return nullptr;
        const Bucket& place = bucket(hash);
        for (std::size_t i = 0; i < place.tags.size(); ++i) {
            if (place.tags[i] == tag_of(hash) && place.entries[i].key == key) return &place.entries[i].value;
        }
        return nullptr;
    }
    [[nodiscard]] Value* find(const Key& key, std::uint64_t hash) {
        return const_cast<Value*>(std::as_const(*this).find(key, hash));
    }

    // A fresh value in the place of the one used longest ago. REQUIRES: the key is not there.
    Value& insert(const Key& key, std::uint64_t hash) {
        if (buckets_.empty()) buckets_.resize(buckets_wanted_);
        Bucket& place = buckets_[hash & (buckets_.size() - 1)];
        const auto oldest =
            std::ranges::min_element(place.entries, {}, [](const Entry& entry) { return entry.value.last; });
        std::uint32_t& tag = place.tags[static_cast<std::size_t>(oldest - place.entries.begin())];
        if (tag != kFree) place.forgotten_until = std::max(place.forgotten_until, oldest->value.last);
        tag = tag_of(hash);
        *oldest = {key, {}};
        return oldest->value;
    }

    // Starts the memory reads that a later find of the same hash will need, where its place is not shared.
    void prefetch(std::uint64_t hash) const {
        if (buckets_.empty()) return;
        const Bucket& place = bucket(hash);
        const auto* const end = reinterpret_cast<const char*>(&place.entries[1]);
        for (auto* line = reinterpret_cast<const char*>(&place); line < end; line += 64)
            __builtin_prefetch(line, 1);
    }

    [[nodiscard]] bool empty() const { return buckets_.empty(); }

    // kNoTime: nothing was forgotten there.
    [[nodiscard]] Nanoseconds forgotten_until(std::uint64_t hash) const {
        return buckets_.empty() ? kNoTime : bucket(hash).forgotten_until;
    }

    [[nodiscard]] std::size_t memory() const { return buckets_.capacity() * sizeof(Bucket); }

private:
    static constexpr std::size_t kFewest = 64;

    static constexpr std::uint32_t kFree = 0;

    struct Entry {
        Key key{};
        Value value;
    };
    // The tags stand beside each other: most keys that are looked for are none of the others.
    struct Bucket {
        std::array<std::uint32_t, 4> tags{};
        Nanoseconds forgotten_until = kNoTime;
        std::array<Entry, 4> entries;
    };

    static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32U) | 1U; }
    [[nodiscard]] const Bucket& bucket(std::uint64_t hash) const {
        return buckets_[hash & (buckets_.size() - 1)];
    }

    std::size_t buckets_wanted_;
    std::vector<Bucket> buckets_;
};

}  // namespace deadpeer
