// CaptureTime: capture time by the system's clocks.
//
// Threads: one at a time.
#pragma once

#include <optional>

#include "capture/live/live_clock.h"

namespace deadpeer::capture {

class CaptureTime {
public:
    CaptureTime();

    // Looks at the clocks; returns now().
    Nanoseconds update();

    // As of the latest update().
    [[nodiscard]] Nanoseconds now() const { return clock_.now(); }

    // Looks at the clocks first if the stamp does not fit what is known of them.
    [[nodiscard]] Nanoseconds of_stamp(Nanoseconds stamp);

    // By how much the wall clock was set since the last call, if it was.
    std::optional<Nanoseconds> take_step();

private:
    LiveClock clock_;
    std::optional<Nanoseconds> step_;
};

}  // namespace deadpeer::capture
