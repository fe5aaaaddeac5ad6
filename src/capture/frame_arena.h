// FrameArena: a queue of frames with their bytes, in a fixed piece of memory.
//
// What:     frames are copied in at one end and handed out at the other; what was handed out stays where it
//           is until it is released.
// Cost:     O(1) and one copy a frame. Memory is only touched where frames lie, and from its start again
//           whenever the arena is empty.
// Lifetime: a frame's bytes are valid from push() until the release() after its take().
// Threads:  one at a time.
#pragma once

#include <cstdint>
#include <memory>

#include "deadpeer/frame.h"

namespace deadpeer::capture {

class FrameArena {
public:
    // `bytes` are more if that is too few for some frames of the greatest length.
    FrameArena(std::size_t bytes, std::uint32_t longest_frame);

    // How many frames certainly fit, whatever their length.
    [[nodiscard]] std::size_t room() const;

    // Takes over all of the frame, and its bytes up to the longest frame's. REQUIRES: room() > 0.
    void push(const FrameView& frame);

    [[nodiscard]] bool empty() const { return untaken_ == 0; }

    // Of the oldest frame that was not taken. REQUIRES: !empty().
    [[nodiscard]] Nanoseconds front_time() const;
    FrameView take();

    // Frees what was taken.
    void release();

private:
    // Offsets count on and on; their place in memory is the remainder by size_.
    [[nodiscard]] std::uint8_t* at(std::uint64_t offset) const { return memory_.get() + offset % size_; }
    [[nodiscard]] std::size_t until_wrap(std::uint64_t offset) const {
        return static_cast<std::size_t>(size_ - offset % size_);
    }
    [[nodiscard]] FrameView front() const;

    std::uint32_t longest_frame_;
    std::size_t longest_record_;
    std::size_t size_;
    std::unique_ptr<std::uint8_t[]> memory_;
    std::uint64_t released_ = 0;  // <= taken_ <= pushed_ <= released_ + size_
    std::uint64_t taken_ = 0;
    std::uint64_t pushed_ = 0;
    std::uint64_t untaken_ = 0;  // frames
};

}  // namespace deadpeer::capture
