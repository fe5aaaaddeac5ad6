// InputTally: counts the frames of one input for its row in capture.csv.
#pragma once

#include <algorithm>
#include <span>

#include "deadpeer/frame.h"
#include "deadpeer/segment.h"
#include "deadpeer/sink.h"

namespace deadpeer {

class InputTally {
public:
    explicit InputTally(const std::string& name) { summary_.name = name; }

    [[nodiscard]] const std::string& name() const { return summary_.name; }

    // A frame.
    // Of so many frames those without a segment, each for its reason.
    void count(std::size_t frames, std::span<const SkipReason> skipped) {
        summary_.tcp_frames += frames - skipped.size();
        for (const SkipReason reason : skipped) ++summary_.skipped[static_cast<std::size_t>(reason)];
    }
    void count(std::span<const Segment> segments) {
        summary_.tcp_segments += segments.size();
        for (const Segment& segment : segments) summary_.bad_options += segment.bad_options ? 1 : 0;
    }
    // Of a frame that the filter does not reject.
    void note_time(Nanoseconds time);

    // A pair of addresses that are others in another network.
    void count_shared() { ++summary_.shared_addresses; }
    // One of the segments that were counted is a copy of another.
    void count_copy() { ++summary_.duplicate_frames; }
    // Not only now and then, as a network makes them.
    [[nodiscard]] bool holds_copies() const {
        return summary_.duplicate_frames >= (summary_.tcp_segments + 3) / 4;
    }

    // What was counted, with the source's own words added.
    [[nodiscard]] InputSummary finish(const PacketSource& source, InputSummary::Outcome outcome) const;

private:
    InputSummary summary_;
    Nanoseconds previous_time_ = kNoTime;
};

inline void InputTally::note_time(Nanoseconds time) {
    if (previous_time_ == kNoTime) {
        summary_.first_time = summary_.last_time = time;
    } else {
        summary_.first_time = std::min(summary_.first_time, time);
        summary_.last_time = std::max(summary_.last_time, time);
        if (time < previous_time_) {
            ++summary_.time_went_back;
            summary_.largest_step_back = std::max(summary_.largest_step_back, previous_time_ - time);
        }
    }
    previous_time_ = time;
}

}  // namespace deadpeer
