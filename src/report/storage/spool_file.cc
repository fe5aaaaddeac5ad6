#include "report/storage/spool_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "report/text/text.h"

namespace deadpeer {
namespace {

int open_by_path(const std::string& folder) {
    std::string path = folder + "/.deadpeer-spool-XXXXXX";
    const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor >= 0) ::unlink(path.c_str());
    return descriptor;
}

// The name is free, or was left by a run that was killed just here: only the holder of the lock makes it.
int open_in(int folder) {
    constexpr char kName[] = ".deadpeer-spool";
    ::unlinkat(folder, kName, 0);
    const auto descriptor = static_cast<int>(TEMP_FAILURE_RETRY(
        ::openat(folder, kName, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)));
    if (descriptor >= 0) ::unlinkat(folder, kName, 0);
    return descriptor;
}

}  // namespace

int open_unnamed_file(const SpoolFolder& folder) {
    return folder.descriptor < 0 ? open_by_path(folder.path) : open_in(folder.descriptor);
}

SpoolFile::~SpoolFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Status SpoolFile::status() const {
    if (error_ == 0) return success();
    return Error{fmt::format("Cannot keep waiting rows in a temporary file in {}: {}. Free space there.",
                             printable(folder_.path), std::strerror(error_))};
}

void SpoolFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
    if (descriptor_ < 0 && error_ == 0) {
        descriptor_ = open_unnamed_file(folder_);
        if (descriptor_ < 0) error_ = errno;
    }
    while (error_ == 0 && !bytes.empty()) {
        const ssize_t n = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(n));
            offset += static_cast<std::uint64_t>(n);
        } else if (errno != EINTR) {
            error_ = errno;
        }
    }
}

void SpoolFile::read(std::uint64_t offset, std::span<std::byte> bytes) {
    while (error_ == 0 && descriptor_ >= 0 && !bytes.empty()) {
        const ssize_t n = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(n));
            offset += static_cast<std::uint64_t>(n);
        } else if (n == 0) {
            break;
        } else if (errno != EINTR) {
            error_ = errno;
        }
    }
    std::fill(bytes.begin(), bytes.end(), std::byte{0});
}

// Where a file system cannot do it the space stays taken until the end.
void SpoolFile::forget(std::uint64_t from, std::uint64_t to) {
    if (descriptor_ < 0) return;
    (void)::fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(from),
                      static_cast<off_t>(to - from));
}

}  // namespace deadpeer
