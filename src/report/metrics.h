// Metrics: how a live capture goes, as numbers for Prometheus.
//
// What:    metrics_text() puts them into the text format that node_exporter's textfile collector reads;
//          MetricsFile makes a file of it, whole or not at all.
// Names:   deadpeer_*, in base units; what only grows ends in _total.
// Threads: plain values, pure functions.
// Errors:  finished sentences with the path and the system's reason.
// Source:  Prometheus text exposition format 0.0.4; the rules that promtool checks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "deadpeer/finding.h"
#include "deadpeer/result.h"
#include "deadpeer/time.h"
#include "report/report_folder.h"

namespace deadpeer {

// Of one interface. Totals since the start.
struct InterfaceMetrics {
    std::string name = {};  // untrusted text
    std::uint64_t frames = 0;
    std::uint64_t tcp_segments = 0;
    std::uint64_t bytes = 0;
    std::uint64_t dropped_by_kernel = 0;
    std::uint64_t dropped_by_interface = 0;
    bool up = true;
};

struct Metrics {
    std::string version = {};
    std::vector<InterfaceMetrics> interfaces = {};
    // Now.
    std::uint64_t connections_open = 0;
    std::uint64_t connections_idle = 0;  // of these: verdict idle
    std::uint64_t memory_bytes = 0;      // of the flow table and per-flow state
    std::uint64_t memory_limit_bytes = 0;
    // Since the start.
    std::uint64_t connections = 0;
    std::uint64_t connections_evicted = 0;
    std::uint64_t probes = 0;
    std::uint64_t probes_unanswered = 0;
    std::vector<std::pair<EventKind, std::uint64_t>> events = {};
    std::vector<std::pair<Reason, std::uint64_t>> dead_peers = {};  // peer_dead events by reason
    std::uint64_t rows_left_out = 0;                                // by the bound of rows a minute
    std::uint64_t rows_lost = 0;                                    // because the disk would not take them
    std::uint64_t publications = 0;
    std::uint64_t publications_failed = 0;
    // Points in time; kNoTime: not yet.
    Nanoseconds started = kNoTime;
    Nanoseconds last_publication = kNoTime;  // the last that succeeded
    Nanoseconds last_frame = kNoTime;
};

// REQUIRES: the interfaces have different names.
std::string metrics_text(const Metrics& metrics);

// Where metrics go.
class MetricsFile {
public:
    // Its folder is opened (before a sandbox closes the way there), or made; the file appears with the first
    // write(). Both are for everybody to read, as far as the umask lets: the collector is another user.
    static Result<MetricsFile> open(const std::string& path);

    // A temporary file beside it, fsync, rename. After a failure the old file is there still. Other runs may
    // write to the same folder, even to the same file.
    Status write(const Metrics& metrics);

    // Whether it bears the name of a report in that folder.
    [[nodiscard]] bool would_replace_report(const ReportFolder& reports) const;

    [[nodiscard]] const ReportFolder& folder() const { return *folder_; }

private:
    MetricsFile(std::unique_ptr<ReportFolder> folder, std::string name);

    std::unique_ptr<ReportFolder> folder_;
    std::string name_;
    std::string temporary_;  // this run's own
};

}  // namespace deadpeer
