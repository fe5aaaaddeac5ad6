// The rows of the knowledge tables, and how they are read.
//
// What:    one value type a table; the CSV files in this folder describe their columns in their first lines.
//          Columns may stand in any order; lines that begin with # and empty lines do not count.
// Errors:  the first bad row as a sentence that names the file, the line and what is wrong.
// Threads: plain values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deadpeer/result.h"
#include "deadpeer/time.h"
#include "knowledge/byte_pattern.h"

namespace deadpeer {

// What a stack does by default, or a program asks for. Durations are kNoTime and the count is 0 where
// they are not known.
struct KeepaliveProfile {
    std::string name;
    bool is_os = true;  // a stack's default; else an application's setting
    Nanoseconds idle = kNoTime;
    Nanoseconds interval = kNoTime;
    std::uint32_t count = 0;
    std::optional<std::uint8_t> payload;  // bytes in a probe
    std::optional<bool> exponential;      // spacing: doubling or fixed
    bool verified = false;
    std::string source;
    std::string note;
};

// After how long a silence a box on the path forgets a connection.
struct IdleTimeout {
    std::string name;
    Nanoseconds idle = kNoTime;
    std::string at_expiry;  // what it does then
    bool verified = false;
    std::string source;
    std::string note;
};

struct HeartbeatPattern {
    std::string protocol;
    std::string message;
    BytePattern pattern;
    bool verified = false;
    std::string source;
};

// Where a table comes from: a file, or text that is already here and the name it goes by in errors.
struct TableInput {
    std::string name;                      // the file's path, if there is no text
    std::optional<std::string_view> text;  // must outlive the reading
};

Result<std::vector<KeepaliveProfile>> read_profiles(const TableInput& input);
Result<std::vector<IdleTimeout>> read_timeouts(const TableInput& input);
Result<std::vector<HeartbeatPattern>> read_patterns(const TableInput& input);

}  // namespace deadpeer
