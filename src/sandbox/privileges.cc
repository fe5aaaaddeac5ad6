#include "sandbox/privileges.h"

#include <cap-ng.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sandbox/sanitizers.h"

namespace deadpeer::sandbox {
namespace {

Status become(const User& user) {
    const bool done = ::setgroups(0, nullptr) == 0 && ::setresgid(user.gid, user.gid, user.gid) == 0 &&
                      ::setresuid(user.uid, user.uid, user.uid) == 0;
    if (done) return success();
    return Error{
        fmt::format("Cannot become user {}: {}. Name another with -Z.", user.name, std::strerror(errno))};
}

}  // namespace

Status give_up_privileges(const std::optional<User>& user) {
    const Error stuck{"Cannot drop the capabilities of this process. Try --no-sandbox."};
    if (::capng_get_caps_process() != 0) return stuck;
    const bool privileged = ::capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE;
    const bool may_change_bounds = ::capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1;
    ::capng_clear(CAPNG_SELECT_ALL);
    // Before the user changes: the right to do it goes with root.
    if (may_change_bounds && ::capng_apply(CAPNG_SELECT_BOUNDS) != 0) return stuck;
    if (user) {
        Status became = become(*user);
        if (!became) return became;
    }
    if (::capng_apply(CAPNG_SELECT_AMBIENT) != 0 || ::capng_apply(CAPNG_SELECT_CAPS) != 0) return stuck;
    // Another process of this user shall not get at descriptors that were opened with privileges. The leak
    // checker of the sanitizers has to.
    if (privileged) ::prctl(PR_SET_DUMPABLE, kSanitizers ? 1 : 0);
    return success();
}

}  // namespace deadpeer::sandbox
