// Metrics: how a live capture goes, as numbers for Prometheus.
//
// What:    metrics_text() puts them into the text format that node_exporter's textfile collector reads;
//          the file that it goes to appears whole or not at all.
// Names:   deadpeer_*, in base units; what only grows ends in _total.
// Threads: plain values, pure functions.
// Errors:  finished sentences with the path and the system's reason.
// Source:  Prometheus text exposition format 0.0.4; the rules that promtool checks.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "deadpeer/finding.h"
#include "deadpeer/result.h"
#include "deadpeer/time.h"
#include "report/storage/replaced_file.h"

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

// Where metrics go. File and folder are for everybody to read, as far as the umask lets: the collector is
// another user.
Result<ReplacedFile> open_metrics_file(const std::string& path);

}  // namespace deadpeer
