#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "sandbox/landlock.h"
#include "sandbox/privileges.h"
#include "sandbox/sanitizers.h"
#include "sandbox/seccomp.h"

namespace deadpeer::sandbox {
namespace {

// Before this ABI no file can be moved between folders, whatever the rules say.
constexpr int kAbiWithMoves = 2;

// None if the kernel has no Landlock. What paths lead to is looked up here: before the user changes.
Result<std::optional<Landlock>> make_rules(const Plan& plan, int abi) {
    if (abi == 0) return std::optional<Landlock>();
    Result<Landlock> created = Landlock::create(abi);
    if (!created) return created.error();
    Landlock& landlock = created.value();
    for (const WritableFolder& folder : plan.folders) {
        const Status allowed = landlock.allow_writing(folder.descriptor);
        if (!allowed) return allowed.error();
        if (!folder.created) continue;
        const int parent = ::openat(folder.descriptor, "..", O_PATH | O_CLOEXEC);
        const Status removable = landlock.allow_removing_folders(parent);
        ::close(parent);
        if (!removable) return removable.error();
    }
    std::vector<std::string> readable = plan.readable;
    if (kSanitizers) readable.emplace_back("/proc/self");  // the leak checker looks at itself
    for (const std::string& path : readable) {
        const int file = ::open(path.c_str(), O_PATH | O_CLOEXEC);
        if (file < 0) continue;
        const Status allowed = landlock.allow_reading(file);
        ::close(file);
        if (!allowed) return allowed.error();
    }
    return std::optional<Landlock>(std::move(landlock));
}

Status give_folders(const Plan& plan) {
    for (const WritableFolder& folder : plan.folders) {
        if (!folder.created) continue;
        if (::fchownat(folder.descriptor, "", plan.user->uid, plan.user->gid, AT_EMPTY_PATH) == 0) continue;
        return Error{fmt::format("Cannot give the folder {} to user {}: {}.", folder.path, plan.user->name,
                                 std::strerror(errno))};
    }
    return success();
}

Status check_folders(const Plan& plan) {
    for (const WritableFolder& folder : plan.folders) {
        // Anything else, a full or read-only disk, shows when it is written to, and may pass.
        if (::faccessat(folder.descriptor, ".", W_OK | X_OK, 0) == 0 || errno != EACCES) continue;
        return Error{
            fmt::format("User {0} cannot write to {1}. Give it to that user (chown {0} {1}), choose another "
                        "folder, or another user with -Z.",
                        plan.user->name, folder.path)};
    }
    return success();
}

// Another user, if the plan has one, and no capabilities.
Status change_user(const Plan& plan, State& state) {
    if (!plan.user) return give_up_privileges(std::nullopt);
    Status changed = give_folders(plan);
    if (changed) changed = give_up_privileges(plan.user);
    if (!changed) return plan.user_is_wish ? give_up_privileges(std::nullopt) : changed;
    state.user = plan.user->name;
    return plan.user_is_wish ? success() : check_folders(plan);
}

}  // namespace

Result<State> enter(const Plan& plan) {
    State state;
    state.landlock_abi = landlock_abi();
    if ((plan.live || plan.moves) && state.landlock_abi < kAbiWithMoves) state.landlock_abi = 0;
    auto landlock = make_rules(plan, state.landlock_abi);
    if (!landlock) return landlock.error();
    const Status changed = change_user(plan, state);
    if (!changed) return changed.error();
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return Error{fmt::format("Cannot set no_new_privs: {}. Try --no-sandbox.", std::strerror(errno))};
    }
    if (landlock.value()) {
        const Status restricted = landlock.value()->restrict_this_thread();
        if (!restricted) return restricted.error();
    }
    const Role role = plan.binds_only ? Role::kBinder : plan.live ? Role::kLive : Role::kFiles;
    state.seccomp = refuse_sending(plan.receive_only) && allow_only_needed_calls(role, plan.threads);
    return state;
}

std::string State::text() const {
    return fmt::format("sandbox: {}no capabilities, {}, {}", user.empty() ? "" : "user " + user + ", ",
                       landlock_abi == 0 ? "no Landlock" : fmt::format("Landlock ABI {}", landlock_abi),
                       seccomp ? "seccomp" : "no seccomp");
}

std::string State::warning() const {
    if (landlock_abi != 0 && seccomp) return {};
    return fmt::format("this kernel has {}: the sandbox is weaker than it could be",
                       landlock_abi != 0 ? "no seccomp filters"
                       : seccomp         ? "no Landlock, or one without moves between folders"
                                         : "neither Landlock nor seccomp filters");
}

}  // namespace deadpeer::sandbox
