#include "capture/file/byte_stream.h"

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

WaitToRead patiently(std::function<bool()> keep_waiting) {
    return [keep_waiting = std::move(keep_waiting)](int descriptor) {
        pollfd poll_for = {descriptor, POLLIN, 0};
        for (;;) {
            const int ready = ::poll(&poll_for, 1, keep_waiting ? kAskMilliseconds : -1);
            if (ready > 0) return true;
            if (ready < 0 && errno != EINTR && errno != EAGAIN)
                return true;  // the read will say what is wrong
            if (keep_waiting && !keep_waiting()) return false;
        }
    };
}

ByteStream::ByteStream(int descriptor, bool owned, WaitToRead wait)
    : descriptor_(descriptor), owned_(owned), wait_(std::move(wait)) {}

ByteStream::~ByteStream() {
    if (owned_) ::close(descriptor_);
}

ByteSource::More ByteStream::more() {
    const std::span<std::uint8_t> room = buffer_.room();
    while (!at_end_) {
        if (!wait_(descriptor_)) return More::kIdle;
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
