// UserNames: the names of users, each looked up once.
//
// Memory:   bounded: beyond kMost users the table begins anew.
// Lifetime: a name is valid until the next call.
// Threads:  one thread at a time.
// Source:   getpwuid_r(3).
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <unordered_map>

namespace deadpeer {

class UserNames {
public:
    static constexpr std::size_t kMost = 4096;

    // The number where the user database has no name. Untrusted text.
    std::string_view of(uid_t uid);

private:
    std::unordered_map<uid_t, std::string> names_;
};

}  // namespace deadpeer
