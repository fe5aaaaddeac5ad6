#include "sockets/user_names.h"

#include <pwd.h>

#include <cerrno>
#include <vector>

namespace deadpeer {
namespace {

std::string look_up(uid_t uid) {
    constexpr std::size_t kEnough = std::size_t{1} << 20;
    for (std::vector<char> memory(1024); memory.size() <= kEnough; memory.resize(memory.size() * 4)) {
        passwd entry = {};
        passwd* found = nullptr;
        const int error = ::getpwuid_r(uid, &entry, memory.data(), memory.size(), &found);
        if (error == ERANGE) continue;
        if (found != nullptr) return found->pw_name;
        break;
    }
    return std::to_string(uid);
}

}  // namespace

std::string_view UserNames::of(uid_t uid) {
    const auto known = names_.find(uid);
    if (known != names_.end()) return known->second;
    if (names_.size() >= kMost) names_.clear();
    return names_.emplace(uid, look_up(uid)).first->second;
}

}  // namespace deadpeer
