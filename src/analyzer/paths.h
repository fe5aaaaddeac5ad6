// Paths: what connections tell about the paths that they take, for idle_timeout_on_path.
//
// Memory:  bounded: when it is used up, what the earlier failures tell is told.
// Threads: one at a time.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "analyzer/connection.h"
#include "deadpeer/sink.h"
#include "keepalive/judge.h"
#include "keepalive/path_timeouts.h"
#include "knowledge/knowledge.h"

namespace deadpeer {

// Calls its second argument for each connection of these hosts, and for some others.
using VisitConnections =
    std::function<void(std::span<const IpAddress>, const std::function<void(const Connection&)>&)>;

class Paths {
public:
    // `bytes`: what it may take, about.
    Paths(std::size_t bytes, const Knowledge& knowledge) : timeouts_(bytes), knowledge_(knowledge) {}

    // A verdict that was told: if it can be the path's fault, it counts.
    void note_failure(const Connection& connection, const Judgement& judgement, ReportSink& sink);
    // A connection at its end: if it came through silence, it counts.
    void note_survivor(const Connection& connection, const Judgement& judgement);

    // Each path and idle time once.
    void tell(ReportSink& sink);

    // Live: whether there were failures since tell_new().
    [[nodiscard]] bool has_new() const { return failed_since_; }
    // Live: the same, with these among the survivors.
    void tell_new(ReportSink& sink, const VisitConnections& visit_survivors);

    [[nodiscard]] std::size_t memory() const { return timeouts_.memory(); }

private:
    static constexpr std::size_t kMostTold = 4'096;

    struct Told {
        HostPair hosts;
        Nanoseconds idle;
    };
    bool note_told(const Finding& finding);

    PathTimeouts timeouts_;
    const Knowledge& knowledge_;
    std::vector<Told> told_;
    bool failed_since_ = false;
};

}  // namespace deadpeer
