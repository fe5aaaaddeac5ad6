// What is told of a file or a pipe that ended before its time.
//
// Threads: pure function.
#pragma once

#include <fmt/format.h>

#include <string>

#include "deadpeer/sink.h"

namespace deadpeer::cli {

// `detail`: PacketSource::status_detail().
inline std::string early_end(const std::string& input, InputSummary::Outcome outcome,
                             const std::string& detail) {
    return fmt::format("{} is {} at {}; everything before that is reported", input,
                       outcome == InputSummary::Outcome::kDamaged ? "damaged" : "truncated", detail);
}

}  // namespace deadpeer::cli
