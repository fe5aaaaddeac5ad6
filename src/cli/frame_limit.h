// -c: how many frames of a batch go in.
//
// Threads: pure function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "deadpeer/frame.h"

namespace deadpeer::cli {

// Of the frames until `left` of them passed the filter; takes those off.
inline std::size_t count_until(std::span<const FrameView> frames, std::uint64_t& left) {
    std::size_t count = 0;
    while (count < frames.size() && left > 0) {
        if (!frames[count++].rejected_by_filter) --left;
    }
    return count;
}

}  // namespace deadpeer::cli
