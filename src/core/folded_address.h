// folded: an IP address as one word. Two addresses seldom share one, unless somebody chose them to.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "deadpeer/address.h"

namespace deadpeer {

inline constexpr std::uint64_t kOdd = 0x9E37'79B9'7F4A'7C15;  // 2^64 by the golden ratio

// As it stands in a FlowKey.
inline std::uint64_t folded(const std::array<std::uint64_t, 2>& words) {
    return words[0] ^ (words[1] * kOdd);
}

inline std::uint64_t folded(const IpAddress& address) {
    return folded(address.words());
}

// Spread over the upper bits.
inline std::uint64_t spread(std::uint64_t word) {
    return word * kOdd;
}

}  // namespace deadpeer
