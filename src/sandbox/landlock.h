// Landlock: which files this process can still reach, whatever its user may.
//
// What:     a ruleset handles every right that the kernel's ABI has, so that all is refused that no rule
//           allows; TCP connections, and signals and abstract sockets to other processes likewise.
// Lifetime: the rules hold the files and folders themselves, not their paths.
// Threads:  restricts the calling thread, and those that it starts.
// Errors:   finished sentences.
// Source:   landlock(7); the rights by ABI: 1 files, 2 moves between folders, 3 truncate, 4 TCP, 5 ioctl of
//           devices, 6 signals and abstract sockets, 7 nothing more to refuse.
#pragma once

#include <cstdint>

#include "deadpeer/result.h"

namespace deadpeer::sandbox {

// 0: the kernel has none, or it is switched off.
int landlock_abi();

// The rights that a ruleset of this ABI can refuse.
struct LandlockRights {
    std::uint64_t files = 0;
    std::uint64_t network = 0;
    std::uint64_t scopes = 0;
};
LandlockRights landlock_rights(int abi);

class Landlock {
public:
    // REQUIRES: 1 <= abi <= landlock_abi().
    static Result<Landlock> create(int abi);
    ~Landlock();
    Landlock(Landlock&& other) noexcept;
    Landlock& operator=(Landlock&&) = delete;

    // `folder`: a descriptor, O_PATH is enough.
    Status allow_writing(int folder);
    // Empty folders, anywhere below this one.
    Status allow_removing_folders(int folder);
    // A file, or a folder with all below.
    Status allow_reading(int file_or_folder);

    // REQUIRES: no_new_privs is set.
    Status restrict_this_thread();

private:
    Landlock(int ruleset, std::uint64_t files) : ruleset_(ruleset), files_(files) {}
    Status allow(int descriptor, std::uint64_t rights);

    int ruleset_;
    std::uint64_t files_;  // the rights that it handles
};

}  // namespace deadpeer::sandbox
