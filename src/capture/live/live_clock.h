// LiveClock: capture time while capturing: the wall clock without its steps.
//
// What:    frames carry the wall clock's time. When that clock is set (by more than 100 ms between two
//          observations, as the monotonic clock shows), capture time goes on as if it had not been; what an
//          adjusting daemon changes little by little is followed. Time that the machine spends suspended
//          looks like a step.
// Units:   nanoseconds; wall and capture time since 1970, monotonic time since whenever.
// Threads: one at a time. Reads no clock: CaptureTime does.
#pragma once

#include <optional>

#include "deadpeer/time.h"

namespace deadpeer::capture {

struct ClockReading {
    Nanoseconds wall = 0;
    Nanoseconds monotonic = 0;
};

class LiveClock {
public:
    explicit LiveClock(ClockReading start);

    // Both clocks read at the same moment. Returns by how much the wall clock was set forward since the last
    // observation, if it was set.
    std::optional<Nanoseconds> observe(ClockReading reading);

    // Capture time of the latest observation. Monotone.
    [[nodiscard]] Nanoseconds now() const { return now_; }

    // Capture time of a frame with this time stamp. Around a step it may have been stamped before or after:
    // what lies in the future, or before the step that it should come after, is the other one.
    [[nodiscard]] Nanoseconds of_stamp(Nanoseconds stamp) const;

    // False if the stamp fits neither: it may come from after a step that was not observed yet.
    [[nodiscard]] bool fits(Nanoseconds stamp) const;

private:
    [[nodiscard]] bool fits_after(Nanoseconds time) const;
    [[nodiscard]] bool fits_before(Nanoseconds time) const;

    Nanoseconds wall_ahead_;  // wall minus monotonic, at the latest observation
    Nanoseconds now_;

    // The latest step was between these two (capture time); what all steps sum up to before and after it.
    Nanoseconds step_after_;
    Nanoseconds step_until_;
    Nanoseconds steps_before_ = 0;
    Nanoseconds steps_ = 0;
};

}  // namespace deadpeer::capture
