#include "capture/byte_stream.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace deadpeer::capture {
namespace {

// Fits a level 2 cache, and is worth a system call.
constexpr std::size_t kFirstCapacity = std::size_t{256} << 10;

constexpr int kAskMilliseconds = 200;

}  // namespace

ByteStream::ByteStream(int descriptor, bool owned, std::function<bool()> keep_waiting)
    : descriptor_(descriptor),
      owned_(owned),
      keep_waiting_(std::move(keep_waiting)),
      buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kFirstCapacity)),
      capacity_(kFirstCapacity) {}

ByteStream::~ByteStream() {
    if (owned_) ::close(descriptor_);
}

// True when a read would not block.
bool ByteStream::wait() {
    pollfd poll_for = {descriptor_, POLLIN, 0};
    for (;;) {
        const int ready = ::poll(&poll_for, 1, keep_waiting_ ? kAskMilliseconds : -1);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR && errno != EAGAIN) return true;  // the read will say what is wrong
        if (keep_waiting_ && !keep_waiting_()) return false;
    }
}

void ByteStream::make_room() {
    const std::size_t left = end_ - begin_;
    if (left == capacity_) {
        auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(2 * capacity_);
        std::memcpy(larger.get(), buffer_.get() + begin_, left);
        buffer_ = std::move(larger);
        capacity_ *= 2;
    } else if (left != 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, left);
    }
    begin_ = 0;
    end_ = left;
}

ByteSource::More ByteStream::more() {
    make_room();
    while (!at_end_) {
        if (!wait()) return More::kIdle;
        const ssize_t count = ::read(descriptor_, buffer_.get() + end_, capacity_ - end_);
        if (count > 0) {
            end_ += static_cast<std::size_t>(count);
            return More::kMore;
        }
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count < 0) error_ = errno;
        at_end_ = true;
    }
    return More::kEnd;
}

std::string ByteStream::fault() const {
    if (error_ == 0) return "";
    return fmt::format("reading failed: {}", std::generic_category().message(error_));
}

}  // namespace deadpeer::capture
