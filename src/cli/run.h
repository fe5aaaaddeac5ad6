// run: reads the inputs, analyses them, writes the reports and the summary.
//
// Errors: told on standard error as they come; the exit code is the worst of them.
#pragma once

#include "cli/exit_code.h"
#include "cli/settings.h"

namespace deadpeer::cli {

ExitCode run(const Settings& settings);

}  // namespace deadpeer::cli
