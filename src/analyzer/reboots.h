// Reboots: events that are told once for what took down several connections: host_rebooted, address_moved and
// address_conflict, one for each host and time, and middlebox_restarted, one for each moment at which several
// hosts lost theirs.
//
// Cost:    O(log n) a connection.
// Memory:  bounded: when it is used up, the earlier half is told and forgotten.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>

#include "correlate/host_book.h"
#include "correlate/lost_together.h"
#include "deadpeer/sink.h"
#include "detect/judge.h"
#include "engine/connection.h"

namespace deadpeer {

class Reboots {
public:
    // `bytes`: what it may take, about.
    explicit Reboots(std::size_t bytes) : most_(std::max(bytes / kBytes, kFewest)) {}

    // A connection judged peer_rebooted, address_moved or address_conflict: `kind`. `by`: the address, or of
    // a reboot the machine, that lost it. `last_word`: when its host was last heard on it. One event tells of
    // all connections that the host had before.
    void count_host(EventKind kind, const Connection& connection, const Judgement& judgement,
                    const HostSigns& host, const IpAddress& by, Nanoseconds last_word, ReportSink& sink);
    // One judged middlebox_restarted.
    void count_restart(const Connection& connection, const Judgement& judgement, const HostSigns& host,
                       ReportSink& sink);

    // Live: a connection that counted so does no more; by its values then. An event that was told is taken
    // back with its last one.
    void withdraw(EventKind kind, const IpAddress& host, Nanoseconds last_word, Nanoseconds reset,
                  Nanoseconds now, ReportSink& sink);

    // Each once, in the order of time.
    void report(ReportSink& sink) { report_due(sink, kNever); }

    // Live: when the next is to be told: once the connections that it took down at once were counted.
    [[nodiscard]] std::optional<Nanoseconds> next_due() const {
        return next_due_ == kNever ? std::nullopt : std::optional(next_due_);
    }
    // Live: those that are due.
    void report_due(ReportSink& sink, Nanoseconds now);

    [[nodiscard]] std::size_t memory() const { return reboots_.size() * kBytes; }

private:
    struct Reboot {
        Finding finding;
        Nanoseconds heard;  // the last word of a host on any of the connections lost
        bool reported = false;

        [[nodiscard]] bool is_restart() const { return finding.kind == EventKind::kMiddleboxRestarted; }
        // A connection that a middlebox lost waits for others that it did not.
        [[nodiscard]] Nanoseconds due() const {
            return finding.time + kGathers + (is_restart() ? kMostWait : 0);
        }
    };
    // By kind, host (of a middlebox the peer) and time. One lies between the last word and the time of each
    // connection lost; those of one host do not overlap.
    struct Key {
        EventKind kind;
        IpAddress host;
        Nanoseconds time;

        friend auto operator<=>(const Key&, const Key&) = default;
    };
    using ByHost = std::map<Key, Reboot>;

    static constexpr Nanoseconds kGathers = 5 * kSecond;
    static constexpr Nanoseconds kMostWait = LostTogether::kAtOnce + HostBook::kAfterReturn;
    static constexpr Nanoseconds kNever = std::numeric_limits<Nanoseconds>::max();
    static constexpr std::size_t kBytes = sizeof(ByHost::value_type) + 48;  // with the map's part
    static constexpr std::size_t kFewest = 64;

    // Of the connections that one host, or one middlebox, lost.
    void count(Finding&& lost, const IpAddress& by, Nanoseconds last_word, ReportSink& sink);
    // The one that lies between the two times; end() if there is none.
    [[nodiscard]] ByHost::iterator find(EventKind kind, const IpAddress& by, Nanoseconds last_word,
                                        Nanoseconds lost);
    void unite(ByHost::iterator same, const Finding& lost, Nanoseconds last_word);
    void forget_earlier(ReportSink& sink);

    const std::size_t most_;
    ByHost reboots_;
    Nanoseconds next_due_ = kNever;
};

}  // namespace deadpeer
