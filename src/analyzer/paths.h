// Paths: what connections tell about the paths that they take, for idle_timeout_on_path.
//
// Memory:  bounded: when it is used up, what the earlier failures tell is told.
// Threads: one at a time.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "correlate/path_timeouts.h"
#include "deadpeer/sink.h"
#include "detect/judge.h"
#include "engine/connection.h"
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
    void note_failure(const Connection& connection, const Judgement& judgement, Nanoseconds now,
                      ReportSink& sink);
    // Live: what was told of the connection does not hold any more.
    void withdraw(const Connection& connection);
    // A connection at its end: if it came through silence, it counts.
    void note_survivor(const Connection& connection, const Judgement& judgement);

    // Each path and idle time once, and which of those told before no longer hold.
    void report(Nanoseconds now, ReportSink& sink) { report(now, {}, sink); }

    // Live: whether there were failures, or some were withdrawn, since report_new().
    [[nodiscard]] bool has_new() const { return changed_since_; }
    // Live: the same, with these among the survivors.
    void report_new(Nanoseconds now, ReportSink& sink, const VisitConnections& visit_survivors);

    [[nodiscard]] std::size_t memory() const { return timeouts_.memory() + told_.capacity() * sizeof(Told); }

private:
    static constexpr std::size_t kMostTold = 4'096;

    struct Told {
        Finding finding;
        bool settled = false;  // what spoke for it is forgotten
    };
    void report(Nanoseconds now, const PathTimeouts::Longest& alive, ReportSink& sink);
    void take_back(const std::vector<Finding>& found, Nanoseconds now, ReportSink& sink);

    PathTimeouts timeouts_;
    const Knowledge& knowledge_;
    std::vector<Told> told_;
    bool changed_since_ = false;
};

}  // namespace deadpeer
