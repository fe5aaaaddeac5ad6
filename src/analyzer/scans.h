// Scans: scan events, one for each scanner, out of the connections that it tried to open.
//
// What:     a try is a connection that its initiator reset as soon as it was answered, that was refused, or
//           that got no answer; also one that was established and ended by its initiator before either side
//           sent data. These last ones do not count alone for the hosts that were tried, nor where they come
//           again and again: monitors and load balancers check so whether a port is open. The findings about
//           the tries of one address are withheld until it shows whether it scans, but for those that an
//           application may have made: then one finding stands for all, else they are told as they are. A
//           scan ends with a pause.
// Cost:     O(log n) a try.
// Memory:   bounded: when it is used up, the earlier half is told and forgotten.
// Threads:  one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "deadpeer/sink.h"
#include "detect/judge.h"
#include "engine/connection.h"

namespace deadpeer {

class Scans {
public:
    // `bytes`: what it may take, about.
    explicit Scans(std::size_t bytes) : most_(std::max(bytes, kFewestBytes)) {}

    // Whether it is one. REQUIRES: the judgement is the connection's.
    [[nodiscard]] static bool is_try(const Connection& connection, const Judgement& judgement);

    // Whether it was established, and nothing but that was wanted. REQUIRES: it has ended.
    [[nodiscard]] static bool is_empty(const Connection& connection, const Judgement& judgement);

    // `finding`: what is to be told of the try; null if nothing is. `now`: the capture went on until then.
    void count(const Connection& connection, const Judgement& judgement, const Finding* finding,
               Nanoseconds now, ReportSink& sink);

    // All that is withheld.
    void report(ReportSink& sink) { report_due(sink, kNever); }

    // Live: when something is to be told, or earlier, and what is due.
    [[nodiscard]] std::optional<Nanoseconds> next_due() const {
        return next_due_ == kNever ? std::nullopt : std::optional(next_due_);
    }
    void report_due(ReportSink& sink, Nanoseconds now);

    [[nodiscard]] std::size_t memory() const { return bytes_; }

private:
    static constexpr Nanoseconds kNever = std::numeric_limits<Nanoseconds>::max();
    static constexpr std::size_t kFewestBytes = std::size_t{64} << 10;

    // The different ports that were tried: a few one by one, more as one bit each.
    class Ports {
    public:
        void add(std::uint16_t port);
        [[nodiscard]] std::uint32_t count() const { return count_; }
        [[nodiscard]] std::size_t bytes() const { return all_.capacity() / 8; }

    private:
        std::uint32_t count_ = 0;
        std::array<std::uint16_t, 8> few_{};
        std::vector<bool> all_;
    };

    struct Source {
        Finding scan;                  // as far as it has come
        Nanoseconds last = kNoTime;    // of its latest try
        Nanoseconds release = kNever;  // when what is withheld is told, if it is no scan by then
        Ports ports;
        std::set<IpAddress> hosts;   // as many as are counted
        bool certain = false;        // one was reset by its own kernel
        bool by_raw_socket = false;  // all SYNs look so
        std::vector<Finding> withheld;

        [[nodiscard]] bool scans() const;
        [[nodiscard]] Nanoseconds due() const;
        [[nodiscard]] std::size_t bytes() const;
    };
    using BySource = std::map<IpAddress, Source>;

    Source& source_of(const Connection& connection, Nanoseconds time, ReportSink& sink);
    void take(Source& source, const Connection& connection, const Judgement& judgement, Nanoseconds time);
    void withhold(Source& source, const Finding& finding, Nanoseconds now, ReportSink& sink);
    static void report(const Source& source, ReportSink& sink);
    void forget_earlier(ReportSink& sink);

    const std::size_t most_;
    std::size_t bytes_ = 0;
    BySource sources_;
    Nanoseconds next_due_ = kNever;
};

}  // namespace deadpeer
