#include "analyzer/input_tally.h"

#include <algorithm>

namespace deadpeer {

void InputTally::count(const FrameView& frame, SkipReason reason, std::span<const Segment> segments) {
    if (reason == SkipReason::kNone) {
        ++summary_.tcp_frames;
        summary_.tcp_segments += segments.size();
        for (const Segment& segment : segments) summary_.bad_options += segment.bad_options ? 1 : 0;
    } else {
        ++summary_.skipped[static_cast<std::size_t>(reason)];
    }
    if (frame.time == kNoTime || frame.rejected_by_filter) return;
    if (previous_time_ == kNoTime) {
        summary_.first_time = summary_.last_time = frame.time;
    } else {
        summary_.first_time = std::min(summary_.first_time, frame.time);
        summary_.last_time = std::max(summary_.last_time, frame.time);
        if (frame.time < previous_time_) {
            ++summary_.time_went_back;
            summary_.largest_step_back = std::max(summary_.largest_step_back, previous_time_ - frame.time);
        }
    }
    previous_time_ = frame.time;
}

InputSummary InputTally::finish(const PacketSource& source, InputSummary::Outcome outcome) const {
    InputSummary summary = summary_;
    summary.format = source.format();
    for (const InterfaceInfo& interface : source.interfaces()) {
        if (std::ranges::find(summary.link_types, interface.link_type) == summary.link_types.end()) {
            summary.link_types.push_back(interface.link_type);
        }
    }
    summary.source = source.stats();
    summary.outcome = outcome;
    summary.outcome_detail = source.status_detail();
    return summary;
}

}  // namespace deadpeer
