// What a process that was started with privileges gives up: user, groups, capabilities.
//
// Threads: call before any other thread starts.
// Errors:  finished sentences.
#pragma once

#include <optional>

#include "deadpeer/result.h"
#include "sandbox/user.h"

namespace deadpeer::sandbox {

// Becomes `user` (REQUIRES: may_change_user()), and loses the supplementary groups and every capability: of
// the bounding set, too, where the process has the right to.
Status give_up_privileges(const std::optional<User>& user);

}  // namespace deadpeer::sandbox
