// Sockets whose process was not found: is it hidden, or did it just come or go?
//
// Threads: any.
// Errors:  none: where nothing can be asked, every socket counts as hidden.
// Source:  capabilities(7).
#pragma once

#include <cstdint>
#include <set>

namespace deadpeer {

// Whether this process has CAP_SYS_PTRACE.
bool may_trace_others();

// How many of these sockets, by inode, are there still and have no process that can be seen.
std::uint64_t count_still_hidden(const std::set<std::uint32_t>& inodes);

}  // namespace deadpeer
