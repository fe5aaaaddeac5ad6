// The sandbox: what the process does not need any more once its descriptors are open, it gives up for good.
//
// What:     enter() becomes another user (where root started it), drops the supplementary groups and all
//           capabilities, and sets no_new_privs, a Landlock domain and a seccomp list. Afterwards files can
//           be written only in the folders of the plan and read only there and below its readable paths; no
//           socket, process or program can be started, no privilege regained. What is refused fails with
//           EPERM or EACCES, nothing is killed. Descriptors that are open stay usable: input files,
//           standard streams; live sockets by read and write, those of the capture by reading alone. Open
//           before: what needs privilege, user and host names, a connected notification socket.
// Threads:  call once, before any other thread starts.
// Errors:   finished sentences: no such user, no right to become that user, a folder that the user cannot
//           write to. What the kernel does not offer is no error: see State::warning().
// Source:   landlock(7), seccomp(2), capabilities(7), PR_SET_NO_NEW_PRIVS(2const).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deadpeer/result.h"
#include "sandbox/user.h"

namespace deadpeer::sandbox {

struct WritableFolder {
    std::string path;      // for messages
    int descriptor = -1;   // stays the caller's; O_PATH is enough
    bool created = false;  // by this run: it is given to the user, and can be removed
};

struct Plan {
    std::optional<User> user;   // whom to become; without one the process stays who it is
    bool user_is_wish = false;  // that it cannot become the user, or the user not write, is no error
    std::vector<WritableFolder> folders;  // with all below: create, write, rename, remove
    std::vector<std::string> readable;    // files, or folders with all below; missing ones are passed over
    bool moves = false;                   // files are moved between folders
    bool live = false;                    // the same, and open sockets can be read
    bool threads = false;                 // more of them are started
    // Nothing but what LinkBinding::follow() of the capture does, asked and answered by read and write.
    bool binds_only = false;
    // Sockets that nothing can be sent from, and that cannot get another number.
    std::vector<int> receive_only = {};
};

// What is on.
struct State {
    std::string user;      // whom the process became, if it did
    int landlock_abi = 0;  // 0: none
    bool seccomp = false;

    // "sandbox: user nobody, no capabilities, Landlock ABI 7, seccomp"
    [[nodiscard]] std::string text() const;
    // A sentence for standard error if the kernel lacks something, else empty.
    [[nodiscard]] std::string warning() const;
};

Result<State> enter(const Plan& plan);

}  // namespace deadpeer::sandbox
