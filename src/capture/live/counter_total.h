// CounterTotal: the 64-bit total of a counter that may be 32 bits wide, wrap, or start again at 0.
//
// What:    network drivers count in their hardware's registers and start again when they are reset; between
//          two readings a counter is taken to have moved by less than 2^31.
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <limits>

namespace deadpeer::capture {

class CounterTotal {
public:
    // What was counted before `first` does not count.
    explicit CounterTotal(std::uint64_t first = 0) : last_(first) {}

    // Returns by how much the total grew.
    std::uint64_t advance(std::uint64_t reading) {
        const std::uint64_t grown = growth(reading);
        last_ = reading;
        total_ += grown;
        return grown;
    }

    [[nodiscard]] std::uint64_t total() const { return total_; }

private:
    [[nodiscard]] std::uint64_t growth(std::uint64_t reading) const {
        constexpr std::uint64_t kHalf = std::uint64_t{1} << 31;
        if (reading >= last_) return reading - last_;
        const std::uint64_t wrapped = static_cast<std::uint32_t>(reading - last_);
        const bool narrow = last_ <= std::numeric_limits<std::uint32_t>::max();
        return narrow && wrapped < kHalf ? wrapped : reading;
    }

    std::uint64_t last_;
    std::uint64_t total_ = 0;
};

}  // namespace deadpeer::capture
