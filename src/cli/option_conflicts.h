// Contradictions: options that do not go together, or values that no run can have.
//
// Threads: pure function.
#pragma once

#include <cstddef>
#include <string>

#include "cli/raw_options.h"

namespace deadpeer::cli {

inline constexpr std::size_t kSmallestBuffer = std::size_t{1} << 20;

// The first one as a sentence, or empty.
std::string option_conflict(const RawOptions& words);

// The first option given that neither files nor pipes have that are not live; empty: none.
std::string option_of_live_alone(const RawOptions& words);

}  // namespace deadpeer::cli
