// HostTable: what each address that took part in a TCP connection did, gathered from the connections.
//
// What:    add() notes one connection of an address; rows() gives one row per address, sorted.
// Memory:  bounded by the number of addresses; those beyond it are left out and counted by left_out().
// Cost:    add() is an append; every kFreshLimit of them a sort and a merge. No hash: addresses are chosen by
//          strangers.
// Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadpeer/address.h"

namespace deadpeer {

struct HostRow {
    IpAddress address;
    std::uint64_t connections = 0;
    std::uint64_t open_at_end = 0;
    std::uint64_t idle_at_end = 0;  // of these: silent at the end, without probes or heartbeat

    HostRow& operator+=(const HostRow& other) {
        connections += other.connections;
        open_at_end += other.open_at_end;
        idle_at_end += other.idle_at_end;
        return *this;
    }
};

class HostTable {
public:
    static constexpr std::size_t kDefaultLimit = std::size_t{1} << 20;

    explicit HostTable(std::size_t limit = kDefaultLimit) : limit_(limit) {}

    void add(const HostRow& connection) {
        fresh_.push_back(connection);
        if (fresh_.size() >= kFreshLimit) merge();
    }

    // Sorted by address.
    [[nodiscard]] const std::vector<HostRow>& rows() {
        merge();
        return rows_;
    }

    // Notes that found no room, one for each connection and address.
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

private:
    static constexpr std::size_t kFreshLimit = 16384;

    void merge();

    std::size_t limit_;
    std::vector<HostRow> rows_;
    std::vector<HostRow> fresh_;
    std::uint64_t left_out_ = 0;
};

}  // namespace deadpeer
