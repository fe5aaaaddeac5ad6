// deadpeer compare A B: two capture points of one path, and what became of segments between them.
//
// Errors: told on standard error; exit codes: kOk, kUsage, kIncomplete, kNothingRead, kNotWritten.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <variant>
#include <vector>

#include "cli/arguments.h"

namespace deadpeer::cli {

// The command line as CLI11 fills it in, and as the run wants it.
struct CompareSettings {
    std::vector<std::string> points;  // A and B: each a file or a folder; one may be "-", standard input
    std::string output;               // a folder; empty: the summary only
    std::string timeouts;             // a table of more middleboxes; or empty
    bool columns = false;             // print what the columns mean
    bool quiet = false;
    bool no_sandbox = false;
};

void add_compare_options(CLI::App& app, CompareSettings& settings);

// REQUIRES: argv[1] is "compare".
std::variant<CompareSettings, Answer> parse_compare_arguments(int argc, const char* const* argv);

ExitCode run_compare(const CompareSettings& settings);

}  // namespace deadpeer::cli
