// Merges the frames of several arenas by time.
//
// Threads: one at a time.
#pragma once

#include <limits>
#include <span>

#include "capture/frame_arena.h"
#include "deadpeer/frame.h"

namespace deadpeer::capture {

struct Lane {
    FrameArena* frames;
    // Everything captured before is in the arena or was taken. kForEver: nothing more will come.
    Nanoseconds complete_until;

    static constexpr Nanoseconds kForEver = std::numeric_limits<Nanoseconds>::max();
};

// Takes frames of one lane, oldest first, until the batch is full or another lane has, or may yet get, an
// older one. False: there are none, or none yet. Frames of a single lane never wait. REQUIRES: the batch is
// empty.
bool take_in_time_order(std::span<const Lane> lanes, FrameBatch& batch);

// Everything captured before was taken.
Nanoseconds taken_until(std::span<const Lane> lanes);

}  // namespace deadpeer::capture
