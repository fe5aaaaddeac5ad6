// The list of system calls that the program can still make; all others fail with EPERM.
//
// Threads: holds for the calling thread, and those that it starts.
// Source:  seccomp(2), libseccomp's seccomp_rule_add(3).
#pragma once

#include <span>

namespace deadpeer::sandbox {

enum class Role {
    kFiles,
    kLive,    // sockets that are open can be read
    kBinder,  // a process that does nothing but bind sockets to interfaces
};

// Both are false, and nothing is on, if the kernel has no filters. REQUIRES: no_new_privs is set.
[[nodiscard]] bool allow_only_needed_calls(Role role, bool threads);

// Nothing can be written to these descriptors, or copied from their number to another. Comes before
// allow_only_needed_calls(), which lets no other call send.
[[nodiscard]] bool refuse_sending(std::span<const int> descriptors);

}  // namespace deadpeer::sandbox
