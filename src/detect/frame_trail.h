// FrameTrail: the first frames of a story, and its last.
//
// Threads: plain value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace deadpeer {

struct FrameTrail {
    static constexpr std::size_t kCapacity = 10;

    std::array<std::uint64_t, kCapacity> frames{};
    std::uint8_t count = 0;

    // When full, the last place follows the story.
    void add(std::uint64_t frame) {
        if (count < kCapacity) {
            frames[count++] = frame;
        } else {
            frames[kCapacity - 1] = frame;
        }
    }
    [[nodiscard]] std::uint64_t last() const { return count == 0 ? 0 : frames[count - 1U]; }
};

}  // namespace deadpeer
