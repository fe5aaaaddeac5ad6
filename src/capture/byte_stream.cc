#include "capture/byte_stream.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace deadpeer::capture {
namespace {

constexpr int kAskMilliseconds = 200;

}  // namespace

ByteStream::ByteStream(int descriptor, bool owned, std::function<bool()> keep_waiting)
    : descriptor_(descriptor), owned_(owned), keep_waiting_(std::move(keep_waiting)) {}

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

ByteSource::More ByteStream::more() {
    const std::span<std::uint8_t> room = buffer_.room();
    while (!at_end_) {
        if (!wait()) return More::kIdle;
        const ssize_t count = ::read(descriptor_, room.data(), room.size());
        if (count > 0) {
            buffer_.add(static_cast<std::size_t>(count));
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
