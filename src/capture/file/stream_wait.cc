#include "capture/file/stream_wait.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace deadpeer::capture {
namespace {

constexpr std::chrono::milliseconds kLongestAtOnce{30'000};

}  // namespace

Result<std::unique_ptr<StreamWait>> StreamWait::open() {
    const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0) {
        return Error{fmt::format("cannot make an eventfd: {}", std::generic_category().message(errno))};
    }
    return std::unique_ptr<StreamWait>(new StreamWait(descriptor));
}

StreamWait::~StreamWait() {
    ::close(wake_descriptor_);
}

void StreamWait::wake() const noexcept {
    ::eventfd_write(wake_descriptor_, 1);
}

int StreamWait::milliseconds_left() const {
    if (!end_) return static_cast<int>(kLongestAtOnce.count());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*end_ - Clock::now());
    return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), kLongestAtOnce).count());
}

void StreamWait::note_empty() {
    const Nanoseconds now = monotonic_now();
    if (!still_empty_) empty_ = {now, now};
    still_empty_ = true;
    empty_->until = now;
}

bool StreamWait::until_readable(int descriptor) {
    std::array<pollfd, 2> watched = {pollfd{descriptor, POLLIN, 0}, pollfd{wake_descriptor_, POLLIN, 0}};
    if (::poll(watched.data(), 1, 0) > 0) {
        still_empty_ = false;
        return true;
    }
    note_empty();
    for (;;) {
        const int ready = ::poll(watched.data(), watched.size(), milliseconds_left());
        if (ready < 0 && errno != EINTR && errno != EAGAIN) return true;  // the read will say what is wrong
        if (ready > 0 && watched[0].revents != 0) {
            note_empty();  // the wait ended with what came
            still_empty_ = false;
            return true;
        }
        eventfd_t calls = 0;
        if (ready > 0 && ::eventfd_read(wake_descriptor_, &calls) == 0) break;
        if (is_over()) break;
    }
    note_empty();
    return false;
}

}  // namespace deadpeer::capture
