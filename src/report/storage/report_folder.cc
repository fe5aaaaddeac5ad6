#include "report/storage/report_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "report/reports.h"
#include "report/text/text.h"

namespace deadpeer {
namespace {

// The folder above.
std::string parent_of(const std::string& path) {
    std::filesystem::path name(path);
    if (!name.has_filename()) name = name.parent_path();  // "reports/"
    return name.has_parent_path() ? name.parent_path().string() : ".";
}

Error cannot_open(const std::string& path, const char* what, int error) {
    const bool parent_missing = error == ENOENT && ::access(parent_of(path).c_str(), F_OK) != 0;
    const char* advice = error == ENOTDIR ? "Name a folder, not a file"
                         : parent_missing ? "Create its parent folder"
                                          : "Choose another folder";
    return {
        fmt::format("Cannot write {} to {}: {}. {}.", what, printable(path), std::strerror(error), advice)};
}

constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

int open_folder(int at, const char* path, int flags = kOpenFolder) {
    return static_cast<int>(TEMP_FAILURE_RETRY(::openat(at, path, flags)));
}

// Makes a folder that was missing; -1 and errno if it cannot. Step by step from its parent, so that the
// descriptor is that of the folder made, whatever others rename meanwhile: it may be given to another user.
int make(const std::string& path, unsigned mode) {
    std::filesystem::path name(path);
    if (!name.has_filename()) name = name.parent_path();
    const int parent = open_folder(AT_FDCWD, parent_of(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0) return -1;
    int descriptor = -1;
    if (::mkdirat(parent, name.filename().c_str(), mode) == 0) {
        descriptor = open_folder(parent, name.filename().c_str(), kOpenFolder | O_NOFOLLOW);
    }
    const int error = errno;
    ::close(parent);
    errno = error;
    return descriptor;
}

}  // namespace

Result<std::unique_ptr<ReportFolder>> ReportFolder::open(const std::string& path, const char* what,
                                                         unsigned mode) {
    int descriptor = open_folder(AT_FDCWD, path.c_str());
    const bool missing = descriptor < 0 && errno == ENOENT;
    if (missing) descriptor = make(path, mode);
    const bool made = missing && descriptor >= 0;
    if (missing && !made && errno == EEXIST)
        descriptor = open_folder(AT_FDCWD, path.c_str());  // another run was faster
    if (descriptor < 0) return cannot_open(path, what, errno);
    return std::unique_ptr<ReportFolder>(new ReportFolder(path, descriptor, made));
}

bool ReportFolder::lock() {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
    for (const std::string& name : file_names()) {
        ::unlinkat(descriptor_, temporary_name(name).c_str(), 0);
    }
    return true;
}

ReportFolder::~ReportFolder() {
    discard();
    ::close(descriptor_);
    if (made_) ::rmdir(path_.c_str());  // only if it is empty
}

bool ReportFolder::is_there() const {
    struct stat info = {};
    return ::fstat(descriptor_, &info) != 0 || info.st_nlink > 0;
}

void ReportFolder::discard() {
    for (const Pending& file : pending_) {
        ::unlinkat(descriptor_, file.temporary.c_str(), 0);
        if (file.descriptor >= 0) ::close(file.descriptor);
    }
    pending_.clear();
}

Error ReportFolder::failure(const std::string& what, const std::string& name) const {
    const int error = errno;
    const char* advice = error == ENOSPC || error == EDQUOT ? "Free space there" : "Choose another folder";
    return {fmt::format("Cannot {} {}: {}. {}; what was there before, if anything, is untouched.", what,
                        printable(path_ + "/" + name), std::strerror(error), advice)};
}

Result<int> ReportFolder::create(const std::string& name, const std::string& temporary, unsigned mode) {
    // Noted before it is there, so that it goes even if memory runs out here.
    Pending& file = pending_.emplace_back(Pending{name, temporary, -1});
    ::unlinkat(descriptor_, file.temporary.c_str(), 0);
    file.descriptor = static_cast<int>(TEMP_FAILURE_RETRY(::openat(
        descriptor_, file.temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)));
    if (file.descriptor >= 0) return file.descriptor;
    Error error = failure("create", file.temporary);
    pending_.pop_back();
    return error;
}

Status ReportFolder::publish(const std::function<void()>& meanwhile) {
    for (const Pending& file : pending_) {
        if (TEMP_FAILURE_RETRY(::fsync(file.descriptor)) != 0) return failure("write", file.temporary);
        meanwhile();
    }
    // From the first rename to the last nothing takes memory, so that nothing comes between them.
    while (!pending_.empty()) {
        const Pending& file = pending_.front();
        if (::renameat(descriptor_, file.temporary.c_str(), descriptor_, file.name.c_str()) != 0)
            return failure("write", file.name);
        // Interrupted, it is closed all the same (Linux), and what was written is durable already.
        if (::close(std::exchange(pending_.front().descriptor, -1)) != 0 && errno != EINTR)
            return failure("write", file.name);
        pending_.erase(pending_.begin());
    }
    if (TEMP_FAILURE_RETRY(::fsync(descriptor_)) != 0) return failure("make durable", "");
    return success();
}

Status ReportFolder::remove_stale(const std::string& name) {
    if (::unlinkat(descriptor_, name.c_str(), 0) != 0 && errno != ENOENT) return failure("remove", name);
    return success();
}

Result<std::vector<std::string>> ReportFolder::names() const {
    const int copy = ::openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const entries = copy < 0 ? nullptr : ::fdopendir(copy);
    if (entries == nullptr) {
        const int error = errno;
        if (copy >= 0) ::close(copy);
        return Error{fmt::format("Cannot list {}: {}.", printable(path_), std::strerror(error))};
    }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(entries)) names.emplace_back(entry->d_name);
    ::closedir(entries);
    return names;
}

}  // namespace deadpeer
