// Exit codes, and which one a run ends with when several things went wrong.
//
// Threads: pure functions.
#pragma once

#include <algorithm>
#include <array>

namespace deadpeer::cli {

enum class ExitCode : int {
    kOk = 0,             // all was read and written
    kUsage = 1,          // the command line is wrong, or memory ran out
    kIncomplete = 2,     // an input is damaged, truncated or one of several refused: the rest is reported
    kNothingRead = 3,    // no input could be read, or another run writes to the folder: no report
    kNotWritten = 4,     // a report could not be written, or the sandbox not be set up
    kCaptureFailed = 5,  // the capture failed on the way; the report up to then is complete
    kFailOn = 10,        // --fail-on matched
};

// From harmless to worst.
inline constexpr std::array kBySeverity = {
    ExitCode::kOk,          ExitCode::kFailOn,     ExitCode::kIncomplete, ExitCode::kCaptureFailed,
    ExitCode::kNothingRead, ExitCode::kNotWritten, ExitCode::kUsage};

constexpr ExitCode worse_of(ExitCode a, ExitCode b) {
    const auto rank = [](ExitCode code) { return std::find(kBySeverity.begin(), kBySeverity.end(), code); };
    return rank(a) < rank(b) ? b : a;
}

}  // namespace deadpeer::cli
