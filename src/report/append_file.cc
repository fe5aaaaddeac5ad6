#include "report/append_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "report/text.h"

namespace deadpeer {
namespace {

// Replaces nothing, where the file system can promise that.
bool move_into_place(int folder, const char* temporary, const char* name) {
    if (::renameat2(folder, temporary, folder, name, RENAME_NOREPLACE) == 0) return true;
    return errno == EINVAL && ::renameat(folder, temporary, folder, name) == 0;
}

}  // namespace

Status AppendFile::status() const {
    return failure("Rows wait until that is over; free space, or make it writable.");
}

Status AppendFile::open() {
    retry();
    return failure("Free space, or make it writable.");
}

Status AppendFile::failure(std::string_view advice) const {
    if (error_ == 0) return success();
    return Error{fmt::format("Cannot write {}: {}. {}", printable(folder_.path() + "/" + name_),
                             std::strerror(error_), advice)};
}

// Under its name it has its header from the first moment on, whoever looks, and whatever kills the program.
bool AppendFile::create() {
    const std::string temporary = ReportFolder::temporary_name(name_);
    ::unlinkat(folder_.descriptor(), temporary.c_str(), 0);  // a killed run may have left it
    descriptor_ =
        ::openat(folder_.descriptor(), temporary.c_str(),
                 O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, ReportFolder::kFileMode);
    error_ = descriptor_ < 0 ? errno : 0;
    size_ = rows_ = 0;
    torn_ = false;
    if (descriptor_ < 0) return false;
    if (write(header_)) {
        if (move_into_place(folder_.descriptor(), temporary.c_str(), name_.c_str())) return true;
        error_ = errno;
    }
    ::unlinkat(folder_.descriptor(), temporary.c_str(), 0);
    close();
    return false;
}

void AppendFile::append(std::string_view row) {
    if (waiting_.empty() && ready() && write(row)) return;
    if (waiting_bytes_ + row.size() > kMostWaitingBytes) {
        ++lost_;
        return;
    }
    waiting_bytes_ += row.size();
    waiting_.emplace_back(row);
}

bool AppendFile::retry() {
    if (!ready()) return false;
    while (!waiting_.empty()) {
        if (!write(waiting_.front())) return false;
        waiting_bytes_ -= waiting_.front().size();
        waiting_.pop_front();
    }
    return true;
}

// Whole rows and the header are in the file, and nothing else.
bool AppendFile::ready() {
    return (descriptor_ >= 0 || create()) && cut();
}

bool AppendFile::write(std::string_view row) {
    // Where a disk takes part of a row only, the rest is tried for the sake of the error.
    for (std::string_view rest = row; !rest.empty();) {
        const ssize_t n = ::write(descriptor_, rest.data(), rest.size());
        if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
        if (n > 0 || (n < 0 && errno == EINTR)) continue;
        error_ = n < 0 ? errno : ENOSPC;
        torn_ = true;
        cut();
        return false;
    }
    if (size_ != 0) ++rows_;
    size_ += row.size();
    durable_ = false;
    error_ = 0;
    return true;
}

bool AppendFile::cut() {
    if (!torn_) return true;
    if (::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) {
        error_ = errno;
        return false;
    }
    torn_ = false;
    return true;
}

// Somebody may delete a file that is written to; nothing fails then.
bool AppendFile::is_deleted() const {
    struct stat info {};
    return descriptor_ >= 0 && ::fstat(descriptor_, &info) == 0 && info.st_nlink == 0;
}

Status AppendFile::sync() {
    if (is_deleted()) {
        lost_ += rows_;
        close();
        retry();
        return Error{fmt::format("{} was deleted while it was written; it begins anew.",
                                 printable(folder_.path() + "/" + name_))};
    }
    if (descriptor_ < 0 || durable_) return success();
    if (::fsync(descriptor_) != 0) {
        return Error{fmt::format("Cannot make {} durable: {}. Look after the disk.",
                                 printable(folder_.path() + "/" + name_), std::strerror(errno))};
    }
    durable_ = true;
    return success();
}

void AppendFile::give_up() {
    lost_ += waiting_.size();
    waiting_.clear();
    waiting_bytes_ = 0;
}

void AppendFile::close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

}  // namespace deadpeer
