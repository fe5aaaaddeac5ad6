// Settings: what the command line asked for.
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/fail_on.h"
#include "cli/tables.h"
#include "deadpeer/options.h"
#include "report/csv_reports.h"
#include "report/reports.h"

namespace deadpeer::cli {

struct Settings {
    std::vector<std::string> inputs;  // "-" is standard input
    std::string filter;               // pcap-filter(7)
    std::optional<std::uint64_t> frame_limit;

    std::string output;            // a folder, "-" for standard output, empty for no reports
    std::optional<Report> report;  // which one goes to standard output
    CsvOptions csv;

    AnalyzerOptions analyzer;
    TableFiles tables;
    FailOn fail_on;
    bool quiet = false;
    bool verbose = false;

    [[nodiscard]] bool to_standard_output() const { return output == "-"; }
};

}  // namespace deadpeer::cli
