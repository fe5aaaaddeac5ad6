// InputTally: counts the frames of one input for its row in capture.csv.
#pragma once

#include <span>

#include "deadpeer/frame.h"
#include "deadpeer/segment.h"
#include "deadpeer/sink.h"

namespace deadpeer {

class InputTally {
public:
    explicit InputTally(const std::string& name) { summary_.name = name; }

    [[nodiscard]] const std::string& name() const { return summary_.name; }

    // `segments`: those of the frame.
    void count(const FrameView& frame, SkipReason reason, std::span<const Segment> segments);

    // What was counted, with the source's own words added.
    [[nodiscard]] InputSummary finish(const PacketSource& source, InputSummary::Outcome outcome) const;

private:
    InputSummary summary_;
    Nanoseconds previous_time_ = kNoTime;
};

}  // namespace deadpeer
