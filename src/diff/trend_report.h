// A trend in words, for a terminal, and as CSV.
//
// What:    as CSV one row for each problem: standing, client, server, server_port, problem, runs, seen, of,
//          first_run, last_run, tendency, counts (by run, joined by a space), client_name, server_name. Runs
//          have the names of their folders. Names are made printable.
// Threads: write_trend() one thread at a time; else pure functions.
#pragma once

#include <string>
#include <vector>

#include "diff/trend.h"
#include "report/columns/cells.h"

namespace deadpeer {

std::string trend_text(const Trend& trend, const std::vector<TrendRow>& rows);

// Only the line of counts.
std::string trend_counts(const Trend& trend, const std::vector<TrendRow>& rows);

void write_trend(Cells& cells, const Trend& trend, const std::vector<TrendRow>& rows);

}  // namespace deadpeer
