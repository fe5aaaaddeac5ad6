// CaptureClock: until when the capture is known to have gone on.
//
// What: the latest time that two frames in a row have reached, so that one wild time stamp does not age
// everything.
#pragma once

#include <algorithm>

#include "deadpeer/time.h"

namespace deadpeer {

class CaptureClock {
public:
    void advance(Nanoseconds time) {
        if (previous_ != kNoTime) now_ = std::max(now_, std::min(previous_, time));
        previous_ = time;
    }

    // At the end there is no next frame to confirm the last: it counts if it does not come a day after the
    // others.
    [[nodiscard]] Nanoseconds now() const {
        constexpr Nanoseconds kDay = 86'400 * kSecond;
        if (now_ == kNoTime || previous_ < now_) return std::max(now_, now_ == kNoTime ? previous_ : now_);
        return previous_ - now_ <= kDay ? previous_ : now_;
    }

private:
    Nanoseconds previous_ = kNoTime;
    Nanoseconds now_ = kNoTime;
};

}  // namespace deadpeer
