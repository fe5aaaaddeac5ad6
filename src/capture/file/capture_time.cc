#include "capture/file/capture_time.h"

#include <ctime>
#include <utility>

namespace deadpeer::capture {
namespace {

Nanoseconds read_clock(clockid_t id) {
    timespec time = {};
    ::clock_gettime(id, &time);
    return time.tv_sec * kSecond + time.tv_nsec;
}

// One clock is read before and after the other, again if that took long: the process may be interrupted
// between.
ClockReading read_clocks() {
    constexpr int kAttempts = 5;
    constexpr Nanoseconds kShort = 100 * kMicrosecond;
    ClockReading reading;
    for (int i = 0; i < kAttempts; ++i) {
        const Nanoseconds before = read_clock(CLOCK_MONOTONIC);
        reading.wall = read_clock(CLOCK_REALTIME);
        const Nanoseconds after = read_clock(CLOCK_MONOTONIC);
        reading.monotonic = before + (after - before) / 2;
        if (after - before < kShort) break;
    }
    return reading;
}

}  // namespace

CaptureTime::CaptureTime() : clock_(read_clocks()) {}

Nanoseconds CaptureTime::update() {
    if (const std::optional<Nanoseconds> step = clock_.observe(read_clocks())) {
        step_ = step_.value_or(0) + *step;
    }
    return clock_.now();
}

Nanoseconds CaptureTime::of_stamp(Nanoseconds stamp) {
    if (!clock_.fits(stamp)) update();
    return clock_.of_stamp(stamp);
}

std::optional<Nanoseconds> CaptureTime::take_step() {
    return std::exchange(step_, std::nullopt);
}

}  // namespace deadpeer::capture
