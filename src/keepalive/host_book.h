// HostBook: what is known of hosts across their connections, to tell a reboot from a forgotten connection.
//
// What:    filled when verdicts are due: every connection at both its hosts, and the announcements met. Then
// asked
//          about each connection that a no-socket RST ended.
// Cost:    adding O(1), freeze O(n log n), a question O(connections of the host), at most kMaxLooked of them.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/time.h"

namespace deadpeer {

// A connection as one of its hosts lived it.
struct HostConnection {
    IpAddress host;
    std::uint64_t stream = 0;
    Nanoseconds first_time = kNoTime;
    Nanoseconds heard = kNoTime;  // the host's last segment, a no-socket RST not counted
    Nanoseconds reset = kNoTime;  // its no-socket RST; kNoTime if there is none
    bool opened_by_host = false;
    Nanoseconds unanswered_since = kNoTime;  // segments to the host found no answer from then to its RST
};

class HostBook {
public:
    static constexpr std::size_t kMaxLooked = 10'000;

    void add(const HostConnection& connection) { connections_.push_back(connection); }

    // The host told the network that it is (again) there.
    void announce(const IpAddress& host, Nanoseconds time, std::uint64_t frame);

    // Before the first question.
    void freeze();

    // What speaks for or against a reboot of the host between its last word on `forgotten` and its RST there.
    // REQUIRES: frozen; `forgotten` was added.
    [[nodiscard]] Signs signs_of(const HostConnection& forgotten) const;

    // The frame of the host's announcement in that time; 0 if there is none.
    [[nodiscard]] std::uint64_t announcement_frame(const HostConnection& forgotten) const;

private:
    struct Announcement {
        IpAddress host;
        Nanoseconds time;
        std::uint64_t frame;
    };

    [[nodiscard]] const Announcement* announcement_of(const HostConnection& forgotten) const;

    std::vector<HostConnection> connections_;
    std::vector<Announcement> announcements_;
};

}  // namespace deadpeer
