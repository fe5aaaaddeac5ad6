// decode: the bytes of a frame to the TCP segments in it.
//
// What:    pure and total: any bytes give segments or one SkipReason. No allocation, no exception.
// Threads: pure functions; a SegmentBatch belongs to one thread.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "deadpeer/frame.h"
#include "deadpeer/segment.h"
#include "deadpeer/skip_reason.h"

namespace deadpeer {

// The segments of a FrameBatch, in frame order.
struct SegmentBatch {
    static constexpr std::size_t kSegmentsPerFrame = 2;
    static constexpr std::size_t kCapacity = FrameBatch::kCapacity * kSegmentsPerFrame;

    std::array<Segment, kCapacity> segments;
    std::size_t count = 0;

    [[nodiscard]] std::span<const Segment> view() const { return {segments.data(), count}; }
    void clear() { count = 0; }
};

// Appends the frame's segments to `out` and answers kNone, or answers why there are none.
// `batch_index` is the frame's place in its batch. REQUIRES: room for kSegmentsPerFrame more in `out`.
SkipReason decode(const FrameView& frame, std::uint8_t batch_index, SegmentBatch& out);

}  // namespace deadpeer
