#include "report/report_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "report/text.h"

namespace deadpeer {
namespace {

Error cannot_open(const std::string& path, const char* what, int error) {
    const char* advice = error == ENOTDIR  ? "Name a folder, not a file"
                         : error == ENOENT ? "Create its parent folder"
                                           : "Choose another folder";
    return {
        fmt::format("Cannot write {} to {}: {}. {}.", what, printable(path), std::strerror(error), advice)};
}

}  // namespace

Result<std::unique_ptr<ReportFolder>> ReportFolder::open(const std::string& path, const char* what) {
    if (::mkdir(path.c_str(), kFolderMode) != 0 && errno != EEXIST) return cannot_open(path, what, errno);
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return cannot_open(path, what, errno);
    return std::unique_ptr<ReportFolder>(new ReportFolder(path, descriptor));
}

bool ReportFolder::lock() {
    return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

ReportFolder::~ReportFolder() {
    discard();
    ::close(descriptor_);
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
    return {fmt::format("Cannot {} {}: {}. What was there before, if anything, is untouched.", what,
                        printable(path_ + "/" + name), std::strerror(error))};
}

Result<int> ReportFolder::create(const std::string& name, unsigned mode) {
    // Noted before it is there, so that it goes even if memory runs out here.
    Pending& file = pending_.emplace_back(Pending{name, temporary_name(name), -1});
    ::unlinkat(descriptor_, file.temporary.c_str(), 0);
    file.descriptor = ::openat(descriptor_, file.temporary.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file.descriptor >= 0) return file.descriptor;
    Error error = failure("create", file.temporary);
    pending_.pop_back();
    return error;
}

Status ReportFolder::publish() {
    for (const Pending& file : pending_) {
        if (::fsync(file.descriptor) != 0) return failure("write", file.temporary);
    }
    // From the first rename to the last nothing takes memory, so that nothing comes between them.
    while (!pending_.empty()) {
        const Pending& file = pending_.front();
        if (::renameat(descriptor_, file.temporary.c_str(), descriptor_, file.name.c_str()) != 0 ||
            ::close(std::exchange(pending_.front().descriptor, -1)) != 0) {
            return failure("write", file.name);
        }
        pending_.erase(pending_.begin());
    }
    if (::fsync(descriptor_) != 0) return failure("make durable", "");
    return success();
}

Status ReportFolder::remove_stale(const std::string& name) {
    if (::unlinkat(descriptor_, name.c_str(), 0) != 0 && errno != ENOENT) return failure("remove", name);
    return success();
}

}  // namespace deadpeer
