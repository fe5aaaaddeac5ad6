// Does anybody write to a file?
//
// What:    answered by a lease, which the kernel gives to the file's owner alone, and only while nobody has
//          the file open for writing. Who opens it to write meanwhile waits for a moment, and SIGIO comes: it
//          must be ignored.
// Threads: any.
// Source:  fcntl(2), F_SETLEASE.
#pragma once

#include <cstdint>
#include <string>

namespace deadpeer::cli {

enum class Writers : std::uint8_t { kNone, kSome, kUnknown };

Writers writers_of(const std::string& path);

}  // namespace deadpeer::cli
