// Verdicts: judges connections and tells the sink their flows and findings.
//
// What:     a connection that ends early (its 4-tuple is used again, or memory runs out) is judged by itself;
// the others
//           at the end, when the other connections of a host can say whether it rebooted, and which timers it
//           has.
// Lifetime: all that is given must outlive it.
// Threads:  one at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analyzer/beats.h"
#include "analyzer/connection.h"
#include "analyzer/facts.h"
#include "analyzer/reboots.h"
#include "analyzer/watcher.h"
#include "deadpeer/options.h"
#include "deadpeer/sink.h"
#include "keepalive/host_book.h"
#include "keepalive/judge.h"
#include "keepalive/path_timeouts.h"
#include "keepalive/timer_pool.h"

namespace deadpeer {

class Verdicts {
public:
    Verdicts(const AnalyzerOptions& options, const Watcher& watcher, const Beats& beats, ReportSink& sink)
        : options_(options), watcher_(watcher), beats_(beats), sink_(sink) {}

    void announce(const IpAddress& host, Nanoseconds time, std::uint32_t file, std::uint64_t frame) {
        hosts_.announce(host, time, file, frame);
    }

    // One that ends before the others.
    void tell_early(const Connection& connection, bool superseded, const CaptureFacts& capture);

    // All the others, in the order given.
    struct Ended {
        const Connection* connection;
        bool superseded;
    };
    void tell_all(std::span<const Ended> connections, const CaptureFacts& capture);

private:
    void gather_timers(const Connection& connection);
    void gather_hosts(const Connection& connection);
    void tell(const Connection& connection, bool superseded, const CaptureFacts& capture,
              const HostSigns& host);
    void tell_finding(const Connection& connection, const Judgement& judgement, const HostSigns& host);
    void tell_missed_beat(const Connection& connection, const MissedBeat& missed, Nanoseconds period);
    void note_path(const Connection& connection, const Judgement& judgement);
    void fill_timers(SideSummary& side, const Connection& connection, Direction direction,
                     const Judgement& judgement) const;
    [[nodiscard]] HostSigns host_signs(const Connection& connection) const;

    const AnalyzerOptions& options_;
    const Watcher& watcher_;
    const Beats& beats_;
    ReportSink& sink_;
    HostBook hosts_;
    TimerPool idle_timers_;
    TimerPool interval_timers_;
    Reboots reboots_;
    PathTimeouts paths_;
};

}  // namespace deadpeer
