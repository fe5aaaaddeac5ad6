#include "capture/frame_merge.h"

#include <algorithm>

namespace deadpeer::capture {
namespace {

// When the lane's next frame was captured, at the earliest.
Nanoseconds next_frame(const Lane& lane) {
    return lane.frames->empty() ? lane.complete_until : lane.frames->front_time();
}

}  // namespace

bool take_in_time_order(std::span<const Lane> lanes, FrameBatch& batch) {
    const Lane* oldest = nullptr;
    Nanoseconds others = Lane::kForEver;
    for (const Lane& lane : lanes) {
        const bool older =
            !lane.frames->empty() && (oldest == nullptr || next_frame(lane) < next_frame(*oldest));
        const Lane* other = older ? oldest : &lane;
        if (older) oldest = &lane;
        if (other != nullptr) others = std::min(others, next_frame(*other));
    }
    if (oldest == nullptr) return false;
    while (!batch.full() && !oldest->frames->empty() && oldest->frames->front_time() <= others) {
        batch.frames[batch.count++] = oldest->frames->take();
    }
    return batch.count > 0;
}

Nanoseconds taken_until(std::span<const Lane> lanes) {
    Nanoseconds until = Lane::kForEver;
    for (const Lane& lane : lanes) until = std::min({until, lane.complete_until, next_frame(lane)});
    return until;
}

}  // namespace deadpeer::capture
