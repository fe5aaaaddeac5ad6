// Contradictions: options that do not go together, or values that no run can have.
//
// Threads: pure function.
#pragma once

#include <string>

#include "cli/words.h"

namespace deadpeer::cli {

// The first one as a sentence, or empty.
std::string contradiction(const Words& words);

}  // namespace deadpeer::cli
