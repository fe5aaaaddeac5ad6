// From the words of the command line to values.
//
// Threads: pure function.
#pragma once

#include "cli/settings.h"
#include "cli/words.h"

namespace deadpeer::cli {

// REQUIRES: no contradiction. What --fail-on means is not among them.
Settings to_settings(const Words& words);

}  // namespace deadpeer::cli
