#include "cli/live/lanes.h"

#include <algorithm>

namespace deadpeer::cli {

void Lane::note_time() {
    if (frames().empty() || frames().front().time == kNoTime) return;
    time_ = frames().front().time;
}

std::span<const FrameView> Lane::frames_until(Nanoseconds time) const {
    const std::span<const FrameView> all = frames();
    if (time == kForEver) return all;
    const auto end = std::ranges::find_if(all, [&](const FrameView& frame) { return frame.time > time; });
    return all.first(static_cast<std::size_t>(end - all.begin()));
}

void Lane::take(std::size_t frames) {
    taken_ += frames;
    note_time();
}

bool Lane::refill() {
    batch_ = &ahead_.next();
    taken_ = 0;
    note_time();
    return batch_->status == ReadStatus::kFrames;
}

Turn next_turn(std::span<const std::unique_ptr<Lane>> lanes, Nanoseconds until) {
    const auto oldest = std::ranges::min_element(lanes, {}, &Lane::time);
    Turn turn = {static_cast<std::size_t>(oldest - lanes.begin()), until};
    if (turn.place == lanes.size() || (*oldest)->time() > until) return {lanes.size(), until};
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        if (i == turn.place) continue;
        // Of equally old frames those of the first lane go first.
        turn.until = std::min(turn.until, lanes[i]->time() - (i < turn.place ? 1 : 0));
    }
    return turn;
}

}  // namespace deadpeer::cli
