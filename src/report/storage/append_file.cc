#include "report/storage/append_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "report/text/text.h"

namespace deadpeer {
namespace {

// A rotation of logs leaves one for the program to go on with.
bool is_empty_file(int folder, const char* name) {
    struct stat info {};
    return ::fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode) &&
           info.st_size == 0;
}

// Replaces nothing else, where the file system can promise that.
bool move_into_place(int folder, const char* temporary, const char* name, bool replace) {
    if (!replace && !is_empty_file(folder, name)) {
        if (::renameat2(folder, temporary, folder, name, RENAME_NOREPLACE) == 0) return true;
        if (errno != EINVAL) return false;
    }
    return ::renameat(folder, temporary, folder, name) == 0;
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
    return Error{fmt::format("Cannot write {}: {}. {}", path(), std::strerror(error_),
                             error_ == EEXIST ? "Move it away." : advice)};
}

std::string AppendFile::path() const {
    return printable(folder_.path() + "/" + name_);
}

// Under its name it has its header from the first moment on, whoever looks, and whatever kills the program.
bool AppendFile::create(int replaced) {
    const std::string temporary = ReportFolder::temporary_name(name_);
    ::unlinkat(folder_.descriptor(), temporary.c_str(), 0);  // a killed run may have left it
    descriptor_ = static_cast<int>(TEMP_FAILURE_RETRY(
        ::openat(folder_.descriptor(), temporary.c_str(),
                 O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, ReportFolder::kFileMode)));
    error_ = descriptor_ < 0 ? errno : 0;
    size_ = rows_ = 0;
    torn_ = false;
    if (descriptor_ < 0) return false;
    if (write(header_) && (replaced < 0 || copy_rows(replaced))) {
        if (move_into_place(folder_.descriptor(), temporary.c_str(), name_.c_str(), replaced >= 0))
            return true;
        error_ = errno;
    }
    ::unlinkat(folder_.descriptor(), temporary.c_str(), 0);
    close();
    return false;
}

bool AppendFile::copy_rows(int from) {
    std::string piece;
    std::array<char, 65536> bytes{};
    off_t at = 0;
    for (ssize_t n = 0; (n = TEMP_FAILURE_RETRY(::pread(from, bytes.data(), bytes.size(), at))) != 0;
         at += n) {
        if (n < 0) return error_ = errno, false;
        piece.append(bytes.data(), static_cast<std::size_t>(n));
        if (rows_ == 0 && piece.starts_with(header_)) piece.erase(0, header_.size());
        const std::size_t whole = piece.rfind('\n') + 1;
        const auto rows = std::count(piece.begin(), piece.end(), '\n');
        if (whole != 0 && !write(std::string_view(piece).substr(0, whole))) return false;
        if (whole != 0) rows_ += static_cast<std::uint64_t>(rows) - 1;
        piece.erase(0, whole);
    }
    return true;
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
    if (descriptor_ >= 0 && !still_in_place()) return false;
    return (descriptor_ >= 0 || create()) && cut();
}

AppendFile::Fate AppendFile::fate() const {
    struct stat own {};
    if (::fstat(descriptor_, &own) != 0) return Fate::kInPlace;
    if (own.st_nlink == 0) return Fate::kDeleted;
    struct stat named {};
    if (::fstatat(folder_.descriptor(), name_.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? Fate::kMoved : Fate::kInPlace;
    }
    if (named.st_dev != own.st_dev || named.st_ino != own.st_ino) return Fate::kMoved;
    return static_cast<std::uint64_t>(own.st_size) < size_ ? Fate::kShortened : Fate::kInPlace;
}

// Others may delete, move or shorten a file that is written to: nothing fails then. False: an error.
bool AppendFile::still_in_place() {
    const Fate happened = fate();
    if (happened == Fate::kInPlace) return true;
    if (happened == Fate::kShortened && !replace()) return false;
    const char* what = happened == Fate::kDeleted ? "deleted"
                       : happened == Fate::kMoved ? "moved away"
                                                  : "shortened";
    notice_ = fmt::format("{} was {} while it was written; it begins anew.", path(), what);
    if (happened == Fate::kShortened) return true;
    if (happened == Fate::kDeleted) lost_ += rows_;
    if (const Status kept = sync(); !kept) notice_ += ' ' + kept.error().message;
    close();
    return true;
}

// With the rows that came since it was shortened, or that were left in it.
bool AppendFile::replace() {
    const int shortened = descriptor_;
    const std::uint64_t size = size_;
    const std::uint64_t rows = rows_;
    if (create(shortened)) return ::close(shortened), true;
    descriptor_ = shortened;
    size_ = size;
    rows_ = rows;
    return false;
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
    const bool is_header = size_ == 0 && !header_.empty();
    if (!is_header && !row.empty()) ++rows_;
    size_ += row.size();
    durable_ = false;
    error_ = 0;
    return true;
}

bool AppendFile::cut() {
    if (!torn_) return true;
    if (TEMP_FAILURE_RETRY(::ftruncate(descriptor_, static_cast<off_t>(size_))) != 0) {
        error_ = errno;
        return false;
    }
    torn_ = false;
    return true;
}

Status AppendFile::sync() {
    if (descriptor_ < 0 || durable_) return success();
    if (TEMP_FAILURE_RETRY(::fsync(descriptor_)) != 0) {
        return Error{
            fmt::format("Cannot make {} durable: {}. Look after the disk.", path(), std::strerror(errno))};
    }
    durable_ = true;
    return success();
}

std::string AppendFile::take_notice() {
    return std::exchange(notice_, {});
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
