// Settings: what the command line asked for.
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "capture/file/unpacking_memory.h"
#include "capture/live/live_capture.h"
#include "cli/fail_on.h"
#include "cli/tables.h"
#include "deadpeer/options.h"
#include "report/anonymous/anonymiser.h"
#include "report/csv/csv_reports.h"
#include "report/live/rotation.h"
#include "report/reports.h"

namespace deadpeer::cli {

// What only a live capture can be told.
struct LiveSettings {
    LiveOptions capture;                  // of interfaces
    bool print = false;                   // events on standard output
    Nanoseconds interval = 60 * kSecond;  // between two versions of the reports
    Rotation rotate;
    std::uint32_t keep = 0;  // finished periods; 0: all
    std::string metrics;     // a file; empty: none
    std::string user;        // empty: nobody, when started as root
};

// In which order several inputs are read.
enum class InputOrder : std::uint8_t { kTime, kName, kGiven };

struct Settings {
    std::optional<LiveSettings> live;  // -i
    std::vector<std::string> inputs;   // files and folders, if not live; "-" is standard input
    std::string slim_of;  // a list of captures whose slim files the only input, a folder, has; or empty
    std::string follow;   // a folder whose files are inputs as they are completed; or empty
    LiveSettings pipe;    // for a single input, should it be a pipe that is live, and for that folder
    std::optional<bool> pipe_is_live;  // without a value the time stamps decide
    std::string only_live;             // an option that was given and that nothing but a live capture has
    InputOrder order = InputOrder::kTime;
    std::string filter;  // pcap-filter(7)
    std::optional<std::uint64_t> frame_limit;
    unsigned threads = 1;  // for files: one analyses, the others read ahead

    std::string output;                        // a folder, "-" for standard output, empty for no reports
    std::string html;                          // a file for the incident report; empty: none
    std::string evidence;                      // a folder for captures of the incidents; empty: none
    std::optional<Report> report;              // which one goes to standard output
    std::optional<Anonymiser::Key> anonymise;  // addresses are hidden by it
    CsvOptions csv;
    std::size_t unpacking_bytes = capture::UnpackingMemory::kUsual;

    AnalyzerOptions analyzer;
    SegmentSelection segment_rows = SegmentSelection::kKeepalive;  // of segments.csv
    TableFiles tables;
    FailOn fail_on;
    std::string on_event;  // a command for the shell that gets events; empty: none
    bool syslog = false;
    bool sandbox = true;
    bool quiet = false;
    bool verbose = false;

    [[nodiscard]] bool to_standard_output() const { return output == "-"; }
};

}  // namespace deadpeer::cli
