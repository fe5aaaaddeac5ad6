// Arguments: from the command line to Settings, or to something to print instead.
//
// Threads: any.
#pragma once

#include <string>
#include <variant>

#include "cli/exit_code.h"
#include "cli/settings.h"

namespace deadpeer::cli {

// --help, --version, --columns, --explain, -D, or a usage error.
struct Answer {
    std::string text;
    ExitCode code = ExitCode::kOk;  // kOk: for standard output; else for standard error
};

std::variant<Settings, Answer> parse_arguments(int argc, const char* const* argv);

}  // namespace deadpeer::cli
