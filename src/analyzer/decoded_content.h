// What DecodedFrames consists of: all that depends on nothing but the frames, and the key of the hash.
//
// Threads: one at a time.
#pragma once

#include <array>
#include <cstdint>

#include "deadpeer/analyzer.h"
#include "deadpeer/frame.h"
#include "deadpeer/skip_reason.h"
#include "decode/decode.h"

namespace deadpeer {

struct DecodedFrames::Content {
    SegmentBatch segments;
    std::array<SkipReason, FrameBatch::kCapacity> skipped;  // why, of the frames without a segment
    std::size_t skipped_count = 0;
    std::array<std::uint64_t, SegmentBatch::kCapacity> hashes;  // of the segments' connections
};

}  // namespace deadpeer
