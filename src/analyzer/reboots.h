// Reboots: host_rebooted events, one for each host and reboot, out of the connections that it took down.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "analyzer/connection.h"
#include "deadpeer/sink.h"
#include "keepalive/judge.h"

namespace deadpeer {

class Reboots {
public:
    // A connection judged peer_rebooted; `last_word`: when its host was last heard on it. One reboot takes
    // down all connections that the host had before it.
    void count(const Connection& connection, const Judgement& judgement, const HostSigns& host,
               Nanoseconds last_word);

    // Each reboot once.
    void tell(ReportSink& sink);

    // Live: when the next is to be told: once the connections that it took down at once were counted.
    [[nodiscard]] std::optional<Nanoseconds> next_due() const;
    // Live: those that are due.
    void tell_due(ReportSink& sink, Nanoseconds now);

    // Keeps the latest that were told.
    void forget_old();

private:
    struct Reboot {
        IpAddress host;
        Finding finding;
        Nanoseconds heard;  // the last word of the host on any of the connections lost
        bool told = false;

        [[nodiscard]] Nanoseconds due() const { return finding.time + kGathers; }
    };
    static constexpr Nanoseconds kGathers = 5 * kSecond;

    std::vector<Reboot> reboots_;
    std::size_t untold_ = 0;
};

}  // namespace deadpeer
