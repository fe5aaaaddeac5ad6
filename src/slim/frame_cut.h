// FrameCut: how many of a frame's bytes the analysis needs.
//
// What:    all headers, of a segment's payload what may be a heartbeat or announce a keepalive, and of other
//          frames as much as decode() looks at. What is left out changes nothing: cut and whole, decode()
//          makes the same of the frame, with --scope or without, and that is tried with each frame.
//          Fragments are kept whole, as what they are parts of is not known before they are joined, and so is
//          what is left of a TCP header. The same frame is always cut at the same place, and what was cut
//          once is not cut further.
// Limits:  the first bytes of a heartbeat that is sent for the first time behind more than kSmallPayload
//          bytes that were sent before, in the same segment, are not kept.
// Cost:    a segment is decoded twice, another frame up to a few dozen times.
// Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "deadpeer/frame.h"
#include "deadpeer/skip_reason.h"
#include "decode/decode.h"
#include "decode/reassembler.h"

namespace deadpeer {

class FrameCut {
public:
    // Payloads up to that length are kept whole: one of two of the largest heartbeats, which were sent again
    // together. The first bytes of others are read only if they announce a keepalive.
    static constexpr std::uint32_t kSmallPayload = 128;
    static constexpr std::uint32_t kAnnouncement = 20;
    // Behind the headers of a packet that is not TCP: a capture filter may ask for the ports.
    static constexpr std::uint32_t kPorts = 8;

    FrameCut();

    std::uint32_t bytes(const FrameView& frame);

    // Of that frame, as capture.csv counts it: why it gave no segment, and how many it gave.
    [[nodiscard]] SkipReason reason() const { return reason_; }
    [[nodiscard]] std::size_t segments() const { return segments_; }

private:
    SkipReason decode_into(SegmentBatch& batch, const FrameView& frame);
    [[nodiscard]] bool is_same(const FrameView& frame, std::uint32_t bytes);
    std::uint32_t shortest(const FrameView& frame, std::uint32_t length);
    void count(const FrameView& frame);

    std::unique_ptr<SegmentBatch> whole_;
    std::unique_ptr<SegmentBatch> cut_;
    Reassembler fragments_;
    SkipReason whole_reason_ = SkipReason::kNone;
    SkipReason reason_ = SkipReason::kNone;
    std::size_t segments_ = 0;
};

// The frame with so many bytes of it, as it is written and read again.
FrameView cut_to(const FrameView& frame, std::uint32_t bytes);

}  // namespace deadpeer
