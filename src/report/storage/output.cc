#include "report/storage/output.h"

#include <unistd.h>

#include <cerrno>

namespace deadpeer {

void Output::grow(std::size_t bytes) {
    buffer_.resize(buffer_.size() * 2 + bytes);
}

void Output::flush() {
    std::size_t written = 0;
    while (error_ == 0 && written < used_) {
        const ssize_t n = ::write(descriptor_, buffer_.data() + written, used_ - written);
        if (n >= 0) {
            written += static_cast<std::size_t>(n);
        } else if (errno != EINTR) {
            error_ = errno;
        }
    }
    bytes_behind_ += used_;
    used_ = 0;
    if (!write_through_ || error_ != 0 || bytes_behind_ < kBytesBehind) return;
    bytes_behind_ = 0;
    if (TEMP_FAILURE_RETRY(::fdatasync(descriptor_)) != 0) error_ = errno;
}

}  // namespace deadpeer
