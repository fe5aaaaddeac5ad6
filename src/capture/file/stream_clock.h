// StreamClock: capture time of a stream, whose frames another machine stamped and a pipe brought.
//
// What:    how long frames were on their way cannot be known, only how much longer than the fastest of them.
//          Capture time is what the fastest say it is, less what the slowest of the last minutes took longer
//          and a margin: what was captured before that has come. A pipe that stalls is found slow once it
//          goes on.
// Steps:   a pipe keeps the order of frames and cannot be faster than its fastest frame. Stamps that say
//          otherwise come from a clock that was set: capture time goes on as if it had not been. Until the
//          stream was empty for a while, frames may have waited in it, and are only found to be newer.
// Units:   nanoseconds; stamps and capture time since 1970, monotonic time since whenever.
// Threads: one at a time. Reads no clock.
#pragma once

#include <optional>

#include "deadpeer/time.h"

namespace deadpeer::capture {

// A capture that goes on now begins with a frame whose time stamp differs no more from the wall clock.
inline constexpr Nanoseconds kNowWithin = 5 * kSecond;

constexpr bool is_now(Nanoseconds stamp, Nanoseconds wall) {
    return stamp != kNoTime && stamp >= wall - kNowWithin && stamp <= wall + kNowWithin;
}

class StreamClock {
public:
    // What most pipes may delay a frame beyond its neighbours.
    static constexpr Nanoseconds kMargin = 500 * kMillisecond;
    // So much newer than the fastest can a frame be after all: others wait for the kernel of their machine.
    static constexpr Nanoseconds kLargestAdvance = 2 * kSecond;
    // So much may frames of several interfaces be out of order.
    static constexpr Nanoseconds kLargestDisorder = kSecond;
    // So long an empty stream has brought all that waited at its other end.
    static constexpr Nanoseconds kSettled = 500 * kMillisecond;
    // Slow frames are remembered for one to two of these.
    static constexpr Nanoseconds kWindow = 60 * kSecond;

    // The stream held nothing in that time, by the monotonic clock; it ends before what was read since came.
    void was_empty(Nanoseconds from, Nanoseconds until) {
        empty_at_ = until;
        if (latest_ != kNoTime && from >= first_read_ && until - from >= kSettled) waited_for_ = true;
    }

    // Capture time of a frame that was read at that time. REQUIRES: the stamp is a time.
    Nanoseconds of_stamp(Nanoseconds stamp, Nanoseconds monotonic);

    // Everything captured before has come and was given to of_stamp(), as far as is known now: it goes back
    // when a frame takes longer than any before. kNoTime before the first frame.
    [[nodiscard]] Nanoseconds complete_until() const;

    // What the clock of the frames shows, at least. REQUIRES: there was a frame.
    [[nodiscard]] Nanoseconds now(Nanoseconds monotonic) const;

    // By how much it was set since the last call, if it was.
    std::optional<Nanoseconds> take_step();

private:
    // Monotonic time less capture time: of the frame with the shortest way, and at least of that with the
    // longest.
    struct Ways {
        std::optional<Nanoseconds> fastest;
        std::optional<Nanoseconds> slowest;
    };
    [[nodiscard]] Nanoseconds fastest() const;
    [[nodiscard]] Nanoseconds slowest() const;
    __extension__ using Wide = __int128;  // stamps and steps are by strangers
    [[nodiscard]] bool was_set(Wide time, Nanoseconds monotonic) const;
    void note_step(Wide step);
    void note_way(Nanoseconds time, Nanoseconds monotonic);

    Nanoseconds steps_ = 0;
    std::optional<Nanoseconds> step_;
    Nanoseconds latest_ = kNoTime;  // of any frame
    std::optional<Nanoseconds> empty_at_;
    Nanoseconds first_read_ = 0;
    bool waited_for_ = false;  // nothing that waited comes any more
    Nanoseconds window_began_ = 0;
    Ways before_;  // in the last window that had frames
    Ways ways_;    // in this one
};

}  // namespace deadpeer::capture
