// One --rotate from the command line.
//
// Threads: pure function.
#pragma once

#include <optional>
#include <string>

#include "report/live/rotation.h"

namespace deadpeer::cli {

// A time as 30min, 1h or 1d, or a size as 100MB or 2GB; nothing if it is neither.
std::optional<Rotation> parse_rotation(const std::string& word);

}  // namespace deadpeer::cli
