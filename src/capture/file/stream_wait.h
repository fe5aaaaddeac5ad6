// StreamWait: waits for a pipe to have something to read, for so long or until somebody calls wake().
//
// Lifetime: the descriptors that it waits for are the caller's.
// Threads:  one at a time; wake() also from other threads and from signal handlers.
// Errors:   open() says why.
// Sandbox:  after open(): poll, read, write, close.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "deadpeer/result.h"
#include "deadpeer/time.h"

namespace deadpeer::capture {

// By the monotonic clock.
struct EmptyTime {
    Nanoseconds from = 0;
    Nanoseconds until = 0;
};

class StreamWait {
public:
    using Clock = std::chrono::steady_clock;

    static Result<std::unique_ptr<StreamWait>> open();
    ~StreamWait();
    StreamWait(const StreamWait&) = delete;
    StreamWait& operator=(const StreamWait&) = delete;

    // How long the next waits may last, all together; without it they have no end.
    void set_end(std::optional<Clock::time_point> end) { end_ = end; }
    [[nodiscard]] bool is_over() const { return end_ && Clock::now() >= *end_; }

    // True when a read would not block; false: the time is up, or somebody called wake().
    bool until_readable(int descriptor);

    // Ends a wait, or the next one that would last. Async-signal-safe.
    void wake() const noexcept;

    // The last time in which there was nothing to read; it ends before what was read since came. No value:
    // never.
    [[nodiscard]] const std::optional<EmptyTime>& empty() const { return empty_; }

private:
    explicit StreamWait(int wake_descriptor) : wake_descriptor_(wake_descriptor) {}
    [[nodiscard]] int milliseconds_left() const;
    void note_empty();

    int wake_descriptor_;
    std::optional<Clock::time_point> end_;
    std::optional<EmptyTime> empty_;
    bool still_empty_ = false;
};

// Now, by that clock.
inline Nanoseconds monotonic_now() {
    return std::chrono::nanoseconds(StreamWait::Clock::now().time_since_epoch()).count();
}

}  // namespace deadpeer::capture
