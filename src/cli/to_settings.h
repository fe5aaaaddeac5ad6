// From the words of the command line to values.
//
// Threads: pure function.
#pragma once

#include "cli/raw_options.h"
#include "cli/settings.h"

namespace deadpeer::cli {

// REQUIRES: no option_conflict. Settings::fail_on is left to the caller, as its words may be wrong.
Settings to_settings(const RawOptions& words);

}  // namespace deadpeer::cli
