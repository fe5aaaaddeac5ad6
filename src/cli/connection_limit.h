// One --max-connections from the command line.
//
// Threads: pure function.
#pragma once

#include <optional>
#include <string>

#include "deadpeer/options.h"

namespace deadpeer::cli {

// "443=1000"; nothing unless both are numbers, the port is from 1 to 65535 and the connections are at
// least 1.
std::optional<AnalyzerOptions::ConnectionLimit> parse_connection_limit(const std::string& text);

}  // namespace deadpeer::cli
