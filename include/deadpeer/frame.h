// Frames: what a packet source hands out.
//
// What:     FrameView is one capture record; FrameBatch a fixed-size run of them.
// Lifetime: the bytes belong to the source and are valid until its next call.
// Source:   link types as numbered at https://www.tcpdump.org/linktypes.html.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "deadpeer/time.h"

namespace deadpeer {

// A LINKTYPE_ value as it stands in the file, without FCS bits. Live sources map DLT_ values to these.
using LinkType = std::uint16_t;

// Link type of a frame whose bytes are of no known kind; FrameView::interface says why.
inline constexpr LinkType kNoLinkType = 0xFFFF;

// FrameView::interface of a frame that names an interface which was never declared (pcapng).
inline constexpr std::uint32_t kUndeclaredInterface = 0xFFFFFFFF;

// FrameView::interface of a record that Wireshark numbers as a frame but that is no packet (pcapng custom
// blocks, system log entries, system calls).
inline constexpr std::uint32_t kNotAPacket = 0xFFFFFFFE;

struct FrameView {
    const std::uint8_t* data = nullptr;
    std::uint32_t captured_length = 0;  // bytes at `data`
    std::uint32_t original_length = 0;  // bytes on the wire; may be smaller in a lying file
    Nanoseconds time = kNoTime;         // or from kEarliestTime to kLatestTime
    std::uint64_t number = 0;           // 1-based record number in this input: Wireshark's frame.number
    // Index into the source's interfaces(), or one of the above; of a LiveCapture the index of the input.
    std::uint32_t interface = 0;
    LinkType link_type = 0;
    std::uint8_t fcs_bytes = 0;       // trailing frame check sequence, where the file declares one
    bool rejected_by_filter = false;  // counted as `filtered`, not looked at

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {data, captured_length}; }
};

struct FrameBatch {
    static constexpr std::size_t kCapacity = 128;

    std::array<FrameView, kCapacity> frames;
    std::size_t count = 0;

    [[nodiscard]] bool full() const { return count == kCapacity; }
    [[nodiscard]] std::span<const FrameView> view() const { return {frames.data(), count}; }
    void clear() { count = 0; }
};

}  // namespace deadpeer
