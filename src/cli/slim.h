// deadpeer slim IN... -o DIR: makes small copies of captures that the analysis takes for them.
//
// Errors: told on standard error; exit codes: kOk, kUsage, kIncomplete, kNothingRead, kNotWritten.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <variant>
#include <vector>

#include "cli/arguments.h"
#include "slim/zstd_output.h"

namespace deadpeer::cli {

struct SlimSettings {
    std::vector<std::string> inputs;  // files and folders; "-" is standard input
    std::string output;               // a folder, "-" for standard output
    std::string name;                 // of the only input, instead of its own; or empty
    std::string missing;              // a list: only tell what `inputs`, a folder, lacks of it; or empty
    int level = ZstdOutput::kUsualLevel;
    bool sandbox = true;
    bool quiet = false;

    [[nodiscard]] bool to_standard_output() const { return output == "-"; }
};

// The command line as CLI11 fills it in.
struct SlimWords {
    SlimSettings settings;
    bool no_sandbox = false;
};

void add_slim_options(CLI::App& app, SlimWords& words);

// REQUIRES: argv[1] is "slim".
std::variant<SlimSettings, Answer> parse_slim_arguments(int argc, const char* const* argv);

ExitCode run_slim(const SlimSettings& settings);

}  // namespace deadpeer::cli
