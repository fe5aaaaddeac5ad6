// Paths: what connections tell about the paths that they take, for idle_timeout_on_path.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <vector>

#include "analyzer/connection.h"
#include "deadpeer/sink.h"
#include "keepalive/judge.h"
#include "keepalive/path_timeouts.h"

namespace deadpeer {

// Calls its argument for each connection.
using VisitConnections = std::function<void(const std::function<void(const Connection&)>&)>;

class Paths {
public:
    // A verdict that was told: if it can be the path's fault, it counts.
    void note_failure(const Connection& connection, const Judgement& judgement);
    // A connection at its end: if it came through silence, it counts.
    void note_survivor(const Connection& connection, const Judgement& judgement);

    // Each path and idle time once.
    void tell(ReportSink& sink);

    // Live: whether there were failures since tell_new().
    [[nodiscard]] bool has_new() const { return failed_since_; }
    // Live: the same, with these among the survivors.
    void tell_new(ReportSink& sink, const VisitConnections& visit_survivors);

    // Live: keeps what matters most within a bound.
    void forget_old() { timeouts_.keep(kMostKept); }

private:
    static constexpr std::size_t kMostKept = 16'384;
    static constexpr std::size_t kMostTold = 4'096;

    struct Told {
        HostPair hosts;
        Nanoseconds idle;
    };
    bool note_told(const Finding& finding);

    PathTimeouts timeouts_;
    std::vector<Told> told_;
    bool failed_since_ = false;
};

}  // namespace deadpeer
