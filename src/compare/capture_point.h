// CapturePoint: all that one of the two points saw, as the analysis told it.
//
// What:    the segments of a connection stand together, in the order of the capture. Copies of a frame that
//          the capture holds twice, and segments without a time, are not there.
// Threads: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compare/segment_record.h"
#include "deadpeer/address.h"
#include "deadpeer/finding.h"
#include "deadpeer/time.h"

namespace deadpeer::comparing {

struct PointConnection {
    StreamNumber stream = 0;
    FlowKey key;
    Direction initiator = Direction::kFromLow;
    Verdict verdict = Verdict::kNone;
    Nanoseconds first_time = kNoTime;
    Nanoseconds last_time = kNoTime;
    Nanoseconds idle_survived = kNoTime;
    std::size_t first = 0;  // place of its first segment
    std::size_t count = 0;

    [[nodiscard]] Endpoint initiator_end() const { return key.sender(initiator); }
    [[nodiscard]] Endpoint responder_end() const { return key.receiver(initiator); }
};

struct TimeSpan {
    Nanoseconds from = kNoTime;
    Nanoseconds to = kNoTime;
};

struct CapturePoint {
    std::vector<SegmentRecord> segments;
    std::vector<PointConnection> connections;  // by stream number
    std::vector<std::string> files;            // base names of the inputs, by index. Untrusted text
    std::vector<TimeSpan> covered;             // one for each input that has times
    std::uint64_t frames = 0;
    std::uint64_t dropped = 0;   // frames, where the inputs say how many they lost
    std::vector<TimeSpan> gaps;  // in which frames are known to be missing

    [[nodiscard]] std::span<const SegmentRecord> segments_of(const PointConnection& connection) const {
        return std::span(segments).subspan(connection.first, connection.count);
    }
    // Would it have seen what passed by in all of that time?
    [[nodiscard]] bool covers(Nanoseconds from, Nanoseconds to) const;
};

}  // namespace deadpeer::comparing
