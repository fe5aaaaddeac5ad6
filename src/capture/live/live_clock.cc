#include "capture/live/live_clock.h"

#include <algorithm>
#include <cstdlib>

namespace deadpeer::capture {
namespace {

constexpr Nanoseconds kSmallestStep = 100 * kMillisecond;

}  // namespace

LiveClock::LiveClock(ClockReading start)
    : wall_ahead_(start.wall - start.monotonic),
      now_(start.wall),
      step_after_(start.wall - kSmallestStep),
      step_until_(start.wall) {}

std::optional<Nanoseconds> LiveClock::observe(ClockReading reading) {
    const Nanoseconds ahead = reading.wall - reading.monotonic;
    const Nanoseconds moved = ahead - wall_ahead_;
    wall_ahead_ = ahead;
    const bool stepped = std::abs(moved) > kSmallestStep;
    if (stepped) {
        steps_before_ = steps_;
        steps_ += moved;
        step_after_ = now_;
    }
    now_ = std::max(now_, reading.wall - steps_);
    if (!stepped) return std::nullopt;
    step_until_ = now_;
    return moved;
}

bool LiveClock::fits_after(Nanoseconds time) const {
    return time >= step_after_ && time <= now_ + kSmallestStep;
}

bool LiveClock::fits_before(Nanoseconds time) const {
    return time <= step_until_ + kSmallestStep;
}

bool LiveClock::fits(Nanoseconds stamp) const {
    return fits_after(stamp - steps_) || fits_before(stamp - steps_before_);
}

Nanoseconds LiveClock::of_stamp(Nanoseconds stamp) const {
    const Nanoseconds after = stamp - steps_;
    const Nanoseconds before = stamp - steps_before_;
    if (fits_after(after)) return after;
    if (fits_before(before)) return before;
    // An adapter's clock that goes its own way: the nearest is least wrong.
    return std::abs(after - now_) <= std::abs(before - now_) ? after : before;
}

}  // namespace deadpeer::capture
