// Path timeouts: connections over one pair of hosts that fail after the same idle time, or, while the host is
// up, after idle times that are all longer than a known timeout, accuse a middlebox between them that forgets
// idle connections, if clearly shorter idles survive. What one moment explains, in which the host died, does
// not.
//
// Memory:  each failure, and one small record for each pair of hosts that came through a silence; half of the
//          bound for each.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/time.h"

namespace deadpeer {

struct HostPair {
    IpAddress low;  // the lower one first
    IpAddress high;

    friend std::strong_ordering operator<=>(const HostPair&, const HostPair&) = default;
    friend bool operator==(const HostPair&, const HostPair&) = default;
};

// A connection that failed after a silence.
struct PathFailure {
    HostPair hosts;
    Nanoseconds survived = kNoTime;  // longest silence it came through before
    Nanoseconds idle = kNoTime;      // silence after which it failed
    Nanoseconds time = kNoTime;
    std::uint32_t file = 0;
    std::uint64_t frame = 0;
    StreamNumber stream = 0;
    Nanoseconds opened = kNoTime;  // time of its first frame
    Endpoint failed_end;           // the end that was not reached any more, and the other
    Endpoint other_end;
    Nanoseconds heard = kNoTime;  // the last word of the failed end; kNoTime: not known
    bool host_was_up = false;     // the host of the failed end: its other frames show it
    bool by_box = false;          // something on the path tells it in the host's name
    bool by_reset = false;        // a RST told that the failed end knows no such connection
    bool by_timer = false;        // the silence is as long as the other end's keepalive timer has it

    // It does not take a host that died to explain it.
    [[nodiscard]] bool is_of_path() const { return host_was_up || by_box; }
};

// Idle times are the same if they are no further apart than this.
constexpr Nanoseconds same_idle_tolerance(Nanoseconds idle) {
    return std::max(2 * kSecond, idle / 50);
}

// By so much what survived is shorter than what failed: who sends at an interval is not silent for exactly as
// long each time.
constexpr Nanoseconds survival_margin(Nanoseconds idle) {
    return std::max(2 * kSecond, idle / 20);
}

class PathTimeouts {
public:
    // The shortest known timeout that fits a failure after that silence, and survivals as long as the other;
    // kNoTime if none does.
    using KnownTimeout = std::function<Nanoseconds(Nanoseconds failed, Nanoseconds survived)>;

    // `bytes`: what it may take, about.
    explicit PathTimeouts(std::size_t bytes = std::size_t{1} << 20)
        : most_failures_(bytes / 2 / sizeof(PathFailure)), most_survivals_(bytes / 2 / sizeof(Survival)) {}

    // REQUIRES: not full.
    void add_failure(const PathFailure& failure) { failures_.push_back(failure); }
    [[nodiscard]] bool full() const { return failures_.size() >= most_failures_; }
    // Those that the connection has so far count no more.
    void withdraw(StreamNumber stream);
    // Keeps the later half of them.
    void forget_earlier();

    // A connection came through a silence as long as that. Where there is no room, half of the pairs go, and
    // are accused no more.
    void add_survival(const HostPair& hosts, Nanoseconds idle);

    [[nodiscard]] const std::vector<PathFailure>& failures() {
        drop_withdrawn();
        return failures_;
    }

    // One finding for each pair of hosts and idle time, or known timeout. `alive`: the longest silences that
    // connections came through which go on.
    using Longest = std::map<HostPair, Nanoseconds>;
    [[nodiscard]] std::vector<Finding> findings(const KnownTimeout& known, const Longest& alive = {});

    [[nodiscard]] std::size_t memory() const {
        return failures_.capacity() * sizeof(PathFailure) + survivals_.capacity() * sizeof(Survival) +
               withdrawn_.capacity() * sizeof(Withdrawal);
    }

private:
    struct Survival {
        HostPair hosts;
        Nanoseconds idle;
    };

    struct Withdrawal {
        StreamNumber stream;
        std::size_t failures;  // there were so many

        friend auto operator<=>(const Withdrawal&, const Withdrawal&) = default;
    };

    [[nodiscard]] bool is_unknown(const HostPair& hosts) const {
        return unknown_from_ && !(hosts < *unknown_from_);
    }
    void drop_withdrawn();
    // Leaves the longest of each pair.
    void unite_survivals();

    const std::size_t most_failures_;
    const std::size_t most_survivals_;
    std::vector<PathFailure> failures_;
    std::vector<Withdrawal> withdrawn_;  // some of them, to be dropped together
    std::vector<Survival> survivals_;
    std::optional<HostPair> unknown_from_;  // what these pairs, and those after them, survived is not known
    std::size_t room_ = 64;                 // for survivals, until they are united
};

}  // namespace deadpeer
