// deadpeer diff OLD NEW: compares the reports of two runs.
//
// Errors:  told on standard error; exit codes: kOk, kUsage, kNothingRead, kNotWritten, kFailOn.
#pragma once

#include <bitset>
#include <string>
#include <variant>

#include "cli/arguments.h"
#include "diff/compare.h"

namespace deadpeer::cli {

struct DiffSettings {
    std::string before;  // folders
    std::string after;
    bool csv = false;
    bool quiet = false;                        // no counts beside CSV
    std::bitset<kChangeNames.size()> fail_on;  // by Change
};

// REQUIRES: argv[1] is "diff".
std::variant<DiffSettings, Answer> parse_diff_arguments(int argc, const char* const* argv);

ExitCode run_diff(const DiffSettings& settings);

}  // namespace deadpeer::cli
