#include "capture/frame_arena.h"

#include <algorithm>
#include <cstring>

namespace deadpeer::capture {
namespace {

// A record is a FrameView and its bytes. It never goes around the end of the memory: where the rest is
// shorter than the longest record, the next one begins at the start.
constexpr std::size_t kHeader = sizeof(FrameView);

constexpr std::size_t record_size(std::size_t frame_bytes) {
    return (kHeader + frame_bytes + alignof(FrameView) - 1) / alignof(FrameView) * alignof(FrameView);
}

}  // namespace

FrameArena::FrameArena(std::size_t bytes, std::uint32_t longest_frame)
    : longest_frame_(longest_frame),
      longest_record_(record_size(longest_frame)),
      size_(std::max(bytes / alignof(FrameView) * alignof(FrameView), 4 * longest_record_)),
      memory_(new std::uint8_t[size_]) {}

std::size_t FrameArena::room() const {
    const std::size_t free = size_ - static_cast<std::size_t>(pushed_ - released_);
    // One of them may be lost to the end of the memory.
    return std::max<std::size_t>(free / longest_record_, 1) - 1;
}

void FrameArena::push(const FrameView& frame) {
    if (until_wrap(pushed_) < longest_record_) pushed_ += until_wrap(pushed_);
    std::uint8_t* record = at(pushed_);
    FrameView kept = frame;
    kept.data = record + kHeader;
    kept.captured_length = std::min(frame.captured_length, longest_frame_);
    std::memcpy(record, &kept, kHeader);
    std::memcpy(record + kHeader, frame.data, kept.captured_length);
    pushed_ += record_size(kept.captured_length);
    ++untaken_;
}

FrameView FrameArena::front() const {
    const std::size_t rest = until_wrap(taken_);
    FrameView frame;
    std::memcpy(&frame, rest < longest_record_ ? memory_.get() : at(taken_), kHeader);
    return frame;
}

Nanoseconds FrameArena::front_time() const {
    return front().time;
}

FrameView FrameArena::take() {
    const FrameView frame = front();
    if (until_wrap(taken_) < longest_record_) taken_ += until_wrap(taken_);
    taken_ += record_size(frame.captured_length);
    --untaken_;
    return frame;
}

void FrameArena::release() {
    if (untaken_ == 0) taken_ = pushed_ = 0;
    released_ = taken_;
}

}  // namespace deadpeer::capture
