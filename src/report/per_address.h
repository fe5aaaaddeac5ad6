// PerAddress<Row>: notes about addresses, gathered from connections into one row per address.
//
// What:    Row has `IpAddress address`, `std::uint64_t connections` and +=. add() notes something of an
//          address; rows() gives one row per address, sorted.
// Memory:  bounded by the number of addresses; those beyond it are left out and counted by left_out().
// Cost:    add() is an append; every kFreshLimit of them a sort and a merge. No hash: addresses are chosen by
//          strangers.
// Threads: one thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadpeer/address.h"

namespace deadpeer {

template <typename Row>
class PerAddress {
public:
    explicit PerAddress(std::size_t limit) : limit_(limit) {}

    void add(const Row& note) {
        fresh_.push_back(note);
        if (fresh_.size() >= kFreshLimit) merge();
    }

    // Sorted by address. Notes of one address were added up in the order they came.
    [[nodiscard]] const std::vector<Row>& rows() {
        merge();
        return rows_;
    }

    // The sum of `connections` of the notes that found no room.
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

private:
    static constexpr std::size_t kFreshLimit = 16384;

    static bool by_address(const Row& a, const Row& b) { return a.address < b.address; }

    // Adds rows of one address up into the first of them. REQUIRES: sorted.
    static void unite(std::vector<Row>& rows) {
        auto last = rows.begin();
        for (auto row = rows.begin(); row != rows.end(); ++row) {
            if (row == last) continue;
            if (row->address == last->address) {
                *last += *row;
            } else {
                *++last = *row;
            }
        }
        if (!rows.empty()) rows.erase(last + 1, rows.end());
    }

    void merge() {
        if (fresh_.empty()) return;
        std::stable_sort(fresh_.begin(), fresh_.end(), by_address);
        unite(fresh_);
        const auto known = static_cast<std::ptrdiff_t>(rows_.size());
        for (const Row& row : fresh_) {
            const auto end = rows_.begin() + known;
            const auto place = std::lower_bound(rows_.begin(), end, row, by_address);
            if (place != end && place->address == row.address) {
                *place += row;
            } else if (rows_.size() < limit_) {
                rows_.push_back(row);
            } else {
                left_out_ += row.connections;
            }
        }
        fresh_.clear();
        std::inplace_merge(rows_.begin(), rows_.begin() + known, rows_.end(), by_address);
    }

    std::size_t limit_;
    std::vector<Row> rows_;
    std::vector<Row> fresh_;
    std::uint64_t left_out_ = 0;
};

}  // namespace deadpeer
