#include "capture/file/stream_clock.h"

#include <algorithm>
#include <utility>

namespace deadpeer::capture {
namespace {

std::optional<Nanoseconds> least(std::optional<Nanoseconds> a, std::optional<Nanoseconds> b) {
    return a && b ? std::min(*a, *b) : a ? a : b;
}

std::optional<Nanoseconds> most(std::optional<Nanoseconds> a, std::optional<Nanoseconds> b) {
    return std::max(a, b);  // none is least
}

}  // namespace

Nanoseconds StreamClock::fastest() const {
    return *least(before_.fastest, ways_.fastest);
}

Nanoseconds StreamClock::slowest() const {
    return *most(fastest(), most(before_.slowest, ways_.slowest));
}

bool StreamClock::was_set(Wide time, Nanoseconds monotonic) const {
    if (latest_ == kNoTime) return false;
    if (time < latest_ - kLargestDisorder) return true;
    return waited_for_ && time > now(monotonic) + kLargestAdvance;
}

Nanoseconds StreamClock::of_stamp(Nanoseconds stamp, Nanoseconds monotonic) {
    if (latest_ == kNoTime) first_read_ = window_began_ = monotonic;
    Wide time = Wide{stamp} - steps_;
    if (was_set(time, monotonic)) {
        const Nanoseconds meant = std::clamp(now(monotonic), kEarliestTime, kLatestTime);
        note_step(time - meant);
        steps_ = stamp - meant;
        time = meant;
    }
    const auto usable = static_cast<Nanoseconds>(std::clamp<Wide>(time, kEarliestTime, kLatestTime));
    latest_ = std::max(latest_, usable);
    note_way(usable, monotonic);
    return usable;
}

void StreamClock::note_step(Wide step) {
    const Wide sum = step + step_.value_or(0);
    step_ = static_cast<Nanoseconds>(std::clamp<Wide>(sum, kEarliestTime, kLatestTime));
}

void StreamClock::note_way(Nanoseconds time, Nanoseconds monotonic) {
    if (monotonic - window_began_ >= kWindow) {
        before_ = std::exchange(ways_, {});
        window_began_ = monotonic;
    }
    ways_.fastest = least(ways_.fastest, monotonic - time);
    // It came after the stream was empty; how long it then waited to be read is not the stream's doing.
    if (empty_at_) ways_.slowest = most(ways_.slowest, *empty_at_ - time);
}

Nanoseconds StreamClock::complete_until() const {
    if (latest_ == kNoTime) return kNoTime;
    const Nanoseconds in_order = latest_ - kLargestDisorder;
    if (!empty_at_) return in_order;
    return std::max(in_order, *empty_at_ - slowest() - kMargin);
}

Nanoseconds StreamClock::now(Nanoseconds monotonic) const {
    return std::max(latest_, monotonic - fastest());
}

std::optional<Nanoseconds> StreamClock::take_step() {
    return std::exchange(step_, std::nullopt);
}

}  // namespace deadpeer::capture
