// User: whom the process becomes when it gives up root.
//
// Threads: any, but for the user database of the C library: one at a time.
#pragma once

#include <sys/types.h>

#include <string>

#include "deadpeer/result.h"

namespace deadpeer::sandbox {

struct User {
    uid_t uid = 0;
    gid_t gid = 0;
    std::string name;
};

// By name or number, from the user database; a number and "nobody" need not be in it.
Result<User> find_user(const std::string& name);

// Has this process the right to become another user, as root has?
bool may_change_user();

}  // namespace deadpeer::sandbox
