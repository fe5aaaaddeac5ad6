// The list of system calls that the program can still make; all others fail with EPERM.
//
// Threads: holds for the calling thread, and those that it starts.
// Source:  seccomp(2), libseccomp's seccomp_rule_add(3).
#pragma once

namespace deadpeer::sandbox {

// `live`: sockets that are open stay usable. False, and nothing is on, if the kernel has no filters.
// REQUIRES: no_new_privs is set.
[[nodiscard]] bool allow_only_needed_calls(bool live);

}  // namespace deadpeer::sandbox
