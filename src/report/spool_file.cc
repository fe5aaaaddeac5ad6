#include "report/spool_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "report/text.h"

namespace deadpeer {

SpoolFile::~SpoolFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Status SpoolFile::status() const {
    if (error_ == 0) return success();
    return Error{fmt::format("Cannot keep waiting rows in a temporary file in {}: {}. Free space there.",
                             printable(folder_), std::strerror(error_))};
}

void SpoolFile::open() {
    std::string path = folder_ + "/.deadpeer-spool-XXXXXX";
    descriptor_ = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor_ < 0) {
        error_ = errno;
        return;
    }
    ::unlink(path.c_str());
}

void SpoolFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
    if (descriptor_ < 0 && error_ == 0) open();
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

}  // namespace deadpeer
