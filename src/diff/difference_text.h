// A difference in words, for a terminal.
//
// What:    a section for each change that there is, one line for each difference, and a line of counts at
//          the end. Names are made printable.
// Threads: pure function.
#pragma once

#include <string>

#include "diff/compare.h"

namespace deadpeer {

std::string text_of(const Difference& difference);

// Only the line of counts.
std::string counts_of(const Difference& difference);

}  // namespace deadpeer
