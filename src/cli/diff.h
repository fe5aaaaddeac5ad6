// deadpeer diff OLD NEW: compares the reports of two runs; of more, tells what became of each problem from
// run to run.
//
// Errors:  told on standard error; exit codes: kOk, kUsage, kNothingRead, kNotWritten, kFailOn.
#pragma once

#include <CLI/App.hpp>
#include <bitset>
#include <string>
#include <variant>
#include <vector>

#include "cli/arguments.h"
#include "diff/compare.h"

namespace deadpeer::cli {

struct DiffSettings {
    std::vector<std::string> folders;  // two or more, the oldest first
    bool csv = false;
    bool quiet = false;                        // no counts beside CSV
    std::bitset<kChangeNames.size()> fail_on;  // by Change
    bool fail_on_more = false;                 // a chronic problem that occurs more often than before
};

// The command line as CLI11 fills it in.
struct DiffWords {
    std::vector<std::string> folders;
    bool csv = false;
    std::string output;
    std::vector<std::string> fail_on;
    bool quiet = false;
};

void add_diff_options(CLI::App& app, DiffWords& words);

// REQUIRES: argv[1] is "diff".
std::variant<DiffSettings, Answer> parse_diff_arguments(int argc, const char* const* argv);

ExitCode run_diff(const DiffSettings& settings);

}  // namespace deadpeer::cli
