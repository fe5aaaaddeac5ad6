// HostTable: what each address that took part in a TCP connection did.
//
// What:    add() notes a connection, reboot() a reboot; for_each() hands on one line per address, sorted.
//          Most addresses never probed, reset or failed, so what tells of that is kept apart.
// Memory:  bounded by the number of addresses and of keepalive settings; addresses without room are told by
//          left_out().
// Threads: one thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "deadpeer/flow_summary.h"
#include "report/csv/timer_votes.h"
#include "report/per_address.h"

namespace deadpeer {

struct HostRow {
    IpAddress address;
    std::uint64_t connections = 0;
    std::uint64_t open_at_end = 0;
    std::uint64_t idle_at_end = 0;  // of these: verdict idle

    HostRow& operator+=(const HostRow& other) {
        connections += other.connections;
        open_at_end += other.open_at_end;
        idle_at_end += other.idle_at_end;
        return *this;
    }
};

// Of the hosts that probed, were probed, reset, died or rebooted.
struct HostHealth {
    IpAddress address;
    std::uint64_t connections = 0;
    std::uint64_t probes_sent = 0;
    std::uint64_t probes_received = 0;
    std::uint64_t probes_unanswered = 0;  // of those received
    std::uint64_t resets_sent = 0;
    std::uint64_t connections_lost = 0;        // its peers were left with them when it died or rebooted
    std::uint64_t connections_lost_state = 0;  // that it forgot while it was up
    std::uint64_t reboots = 0;
    Nanoseconds last_reboot = kNoTime;
    TimerVotes timers;  // each vote by itself, not by +=

    HostHealth& operator+=(const HostHealth& other);
};

// A row of hosts.csv but for names.
struct HostReport {
    const HostRow& row;
    const HostHealth& health;
};

class HostTable {
public:
    static constexpr std::size_t kHosts = std::size_t{1} << 20;
    static constexpr std::size_t kHealthRecords = std::size_t{1} << 18;
    // Of keepalive settings. When there are so many, each host keeps its first few only.
    static constexpr std::size_t kSettings = std::size_t{1} << 19;
    static constexpr std::size_t kFewestSettings = 2;

    explicit HostTable(std::size_t hosts = kHosts, std::size_t health_records = kHealthRecords)
        : rows_(hosts), health_(health_records) {}

    void add(const FlowSummary& flow);
    void reboot(const IpAddress& host, Nanoseconds time);

    template <typename Tell>
    void for_each(const Tell& tell) {
        static const HostHealth kNothing;
        auto health = health_.rows().begin();
        const auto end = health_.rows().end();
        for (const HostRow& row : rows_.rows()) {
            health = std::find_if(health, end, [&](const HostHealth& h) { return h.address >= row.address; });
            const bool found = health != end && health->address == row.address;
            tell(HostReport{row, found ? *health : kNothing});
        }
    }

    // What found no room, in a sentence: each connection counts at both of its ends. Empty if all did.
    [[nodiscard]] std::string left_out() const;

private:
    void add_health(const FlowSummary& flow, bool initiator);

    PerAddress<HostRow> rows_;
    PerAddress<HostHealth> health_;
    std::size_t settings_ = 0;  // that are kept of all hosts
};

}  // namespace deadpeer
