// LiveNumbers: how a live capture goes, as numbers for a person or for Prometheus.
//
// Lifetime: the tallies must outlive it.
// Threads:  plain values.
#pragma once

#include <functional>
#include <string>

#include "cli/tally.h"
#include "report/live/metrics.h"

namespace deadpeer::cli {

struct LiveNumbers {
    const Tally& ended;     // events, and connections that ended, since the start
    const Tally& snapshot;  // connections that are open, and what was read
    Nanoseconds started = kNoTime;
    Nanoseconds now = kNoTime;
    std::string one_input = {};  // what all inputs together are called, as files of a folder; empty: nothing
};

// "2 h 5 min: 1511 frames (24 lost), 3 connections (2 open, 1 idle, 1 forgotten), 15 probes (3 unanswered),
// 4 events, 5 MiB of memory"
std::string statistics_text(const LiveNumbers& numbers);

// What the tallies say, and the memory's limit; the reports' part is the caller's to fill in. `can_capture`
// tells whether an input, by its index, is up.
Metrics metrics_of(const LiveNumbers& numbers, std::size_t memory_limit,
                   const std::function<bool(std::size_t)>& can_capture);

}  // namespace deadpeer::cli
