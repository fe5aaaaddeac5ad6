#include "cli/confine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <utility>

#include "report/storage/period_folders.h"
#include "sandbox/sandbox.h"

namespace deadpeer::cli {
namespace {

using sandbox::User;

Result<Confinement> enter(const Settings& settings, const sandbox::Plan& plan) {
    Confinement confinement{"sandbox: off (--no-sandbox)", ""};
    auto alerts = Alerts::open(settings, {!settings.sandbox, plan.user, plan.user_is_wish});
    if (!alerts) return alerts.error();
    confinement.alerts = std::move(alerts).value();
    if (settings.sandbox) {
        const Result<sandbox::State> state = sandbox::enter(plan);
        if (!state) return state.error();
        confinement.text = state.value().text();
        confinement.warning = state.value().warning();
    }
    if (confined_hook != nullptr) confined_hook();
    return confinement;
}

sandbox::WritableFolder writable(const ReportFolder& folder) {
    return {folder.path(), folder.descriptor(), folder.made()};
}

// Who may write to a folder without root's power over permissions.
User owner(const struct stat& info) {
    User user = sandbox::find_user(std::to_string(info.st_uid)).value();
    user.gid = info.st_gid;
    return user;
}

User nobody() {
    return sandbox::find_user("nobody").value();
}

std::optional<User> owner_of_reports(const ReportFolder& reports) {
    // What root made belongs to root so far, and should belong to whoever has the folder above.
    struct stat info = {};
    if (::fstatat(reports.descriptor(), reports.made() ? ".." : ".", &info, 0) != 0) return std::nullopt;
    return owner(info);
}

// May everybody go to this folder, from the root of the file system on?
bool all_reach(int folder) {
    std::string path = ".";
    struct stat info = {};
    for (struct stat below = {};; below = info) {
        if (::fstatat(folder, path.c_str(), &info, 0) != 0 || (info.st_mode & S_IXOTH) == 0) return false;
        if (info.st_ino == below.st_ino && info.st_dev == below.st_dev)
            return true;  // the root is its own parent
        path += "/..";
    }
}

// nobody, where that user can write, too.
User user_of_temporary_files(int folder) {
    struct stat info = {};
    if (::fstat(folder, &info) != 0) return nobody();
    return (info.st_mode & S_IWOTH) != 0 && all_reach(folder) ? nobody() : owner(info);
}

// A folder that is there for nothing but reports, and whose owner this run is, goes to the user who will
// write them; any other is not touched: /tmp may be empty, too, and where others write they could put links.
bool is_ours_to_give(const ReportFolder& folder) {
    struct stat info = {};
    return ::fstat(folder.descriptor(), &info) == 0 && info.st_uid == ::geteuid() &&
           (info.st_mode & (S_IWGRP | S_IWOTH | S_ISVTX)) == 0 && holds_only_reports(folder);
}

Status give_reports_to_user(const Settings& settings, const sandbox::Plan& plan,
                            const std::vector<const ReportFolder*>& folders) {
    if (!settings.sandbox || !plan.user) return success();
    for (const ReportFolder* folder : folders) {
        if (folder->path() != settings.output || !is_ours_to_give(*folder)) continue;
        return give_reports(*folder, plan.user->uid, plan.user->gid);
    }
    return success();
}

// `owned`: the folder whose owner root becomes; null: there is none.
Result<Confinement> enter_for_files(const Settings& settings, sandbox::Plan plan, const ReportFolder* owned) {
    int temporary_files = -1;
    if (settings.to_standard_output()) {
        temporary_files = ::open(temporary_folder().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    if (temporary_files >= 0) plan.folders.push_back({temporary_folder(), temporary_files});
    if (sandbox::may_change_user()) {
        if (owned != nullptr) {
            plan.user = owner_of_reports(*owned);
        } else if (temporary_files >= 0) {
            plan.user = user_of_temporary_files(temporary_files);
        } else if (plan.readable.empty()) {
            plan.user = nobody();
        }
    }
    Result<Confinement> confinement = enter(settings, plan);
    if (temporary_files >= 0) ::close(temporary_files);
    return confinement;
}

}  // namespace

void (*confined_hook)() = nullptr;

std::string temporary_folder() {
    const char* folder = std::getenv("TMPDIR");
    return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

Result<Confinement> confine_for_files(const Settings& settings,
                                      const std::vector<const ReportFolder*>& folders,
                                      const std::vector<std::string>& late_inputs) {
    sandbox::Plan plan;
    plan.readable = late_inputs;
    plan.threads = settings.threads > 1;
    plan.user_is_wish = true;
    for (const ReportFolder* folder : folders) plan.folders.push_back(writable(*folder));
    return enter_for_files(settings, std::move(plan), folders.empty() ? nullptr : folders.front());
}

Result<Confinement> confine_for_pipe(const Settings& settings,
                                     const std::vector<const ReportFolder*>& folders,
                                     const std::vector<std::string>& late_inputs) {
    sandbox::Plan plan;
    plan.readable = late_inputs;
    plan.moves = true;
    plan.user_is_wish = settings.pipe.user.empty();
    for (const ReportFolder* folder : folders) plan.folders.push_back(writable(*folder));
    if (plan.user_is_wish) {
        return enter_for_files(settings, std::move(plan), folders.empty() ? nullptr : folders.front());
    }
    const Result<User> found = sandbox::find_user(settings.pipe.user);
    if (!found) return found.error();
    plan.user = found.value();
    const Status given = give_reports_to_user(settings, plan, folders);
    if (!given) return given.error();
    return enter(settings, plan);
}

Result<Confinement> confine_for_live(const Settings& settings, const std::string& user,
                                     const std::vector<const ReportFolder*>& folders,
                                     const LiveCapture& live) {
    sandbox::Plan plan;
    plan.live = true;
    const std::vector<capture::LinkBinding> bindings = live.bindings();
    for (const auto& binding : bindings) plan.receive_only.push_back(binding.descriptor());
    for (const ReportFolder* folder : folders) plan.folders.push_back(writable(*folder));
    if (!user.empty()) {
        const Result<User> found = sandbox::find_user(user);
        if (!found) return found.error();
        plan.user = found.value();
    } else if (::geteuid() == 0 && sandbox::may_change_user()) {
        plan.user = nobody();
    }
    const Status given = give_reports_to_user(settings, plan, folders);
    if (!given) return given.error();
    std::unique_ptr<LinkBinder> binder;
    if (settings.sandbox && settings.live->capture.wait_for_interface) {
        auto started = LinkBinder::start(bindings, plan.user);
        if (!started) return started.error();
        binder = std::move(started).value();
    }
    Result<Confinement> confinement = enter(settings, plan);
    if (confinement) confinement.value().binder = std::move(binder);
    return confinement;
}

}  // namespace deadpeer::cli
