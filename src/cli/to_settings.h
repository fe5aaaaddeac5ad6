// From the words of the command line to values.
//
// Threads: pure function.
#pragma once

#include "cli/settings.h"
#include "cli/words.h"

namespace deadpeer::cli {

// REQUIRES: no contradiction. Settings::fail_on is left to the caller, as its words may be wrong.
Settings to_settings(const Words& words);

}  // namespace deadpeer::cli
