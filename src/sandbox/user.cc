#include "sandbox/user.h"

#include <cap-ng.h>
#include <fmt/format.h>
#include <pwd.h>

#include <optional>

#include "core/parse_number.h"

namespace deadpeer::sandbox {
namespace {

// nobody and nogroup, the overflow ids of the kernel: for systems without a user database.
constexpr uid_t kNobody = 65534;

std::optional<uid_t> number(const std::string& text) {
    const auto value = parse_number<uid_t>(text);
    return value == static_cast<uid_t>(-1) ? std::nullopt : value;
}

}  // namespace

Result<User> find_user(const std::string& name) {
    const std::optional<uid_t> uid = number(name);
    const passwd* entry = uid ? ::getpwuid(*uid) : ::getpwnam(name.c_str());
    if (entry != nullptr) return User{entry->pw_uid, entry->pw_gid, entry->pw_name};
    if (uid) return User{*uid, static_cast<gid_t>(*uid), name};
    if (name == "nobody") return User{kNobody, kNobody, name};
    return Error{
        fmt::format("There is no user \"{}\" to give the privileges up to. Name another with -Z.", name)};
}

bool may_change_user() {
    return ::capng_get_caps_process() == 0 && ::capng_have_capability(CAPNG_EFFECTIVE, CAP_SETUID) == 1 &&
           ::capng_have_capability(CAPNG_EFFECTIVE, CAP_SETGID) == 1;
}

}  // namespace deadpeer::sandbox
