// Loads: integers out of a file's bytes, which need no alignment, in the file's byte order.
#pragma once

#include <cstdint>
#include <cstring>

namespace deadpeer::capture {

// kSwapped: the file was written on a machine of the other byte order.
template <bool kSwapped>
std::uint16_t load16(const std::uint8_t* bytes) {
    std::uint16_t value;
    std::memcpy(&value, bytes, sizeof value);
    return kSwapped ? __builtin_bswap16(value) : value;
}

template <bool kSwapped>
std::uint32_t load32(const std::uint8_t* bytes) {
    std::uint32_t value;
    std::memcpy(&value, bytes, sizeof value);
    return kSwapped ? __builtin_bswap32(value) : value;
}

template <bool kSwapped>
std::uint64_t load64(const std::uint8_t* bytes) {
    std::uint64_t value;
    std::memcpy(&value, bytes, sizeof value);
    return kSwapped ? __builtin_bswap64(value) : value;
}

}  // namespace deadpeer::capture
