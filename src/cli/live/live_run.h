// run_live: captures from interfaces until it is told to stop, and reports while it does.
//
// Errors: told on standard error as they come; the exit code is the worst of them.
#pragma once

#include "cli/exit_code.h"
#include "cli/settings.h"
#include "cli/tables.h"

namespace deadpeer::cli {

// REQUIRES: settings.live.
ExitCode run_live(const Settings& settings, const Tables& tables);

}  // namespace deadpeer::cli
