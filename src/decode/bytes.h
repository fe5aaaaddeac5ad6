// Reading network order numbers from bytes that may stand at any address.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace deadpeer::decoding {

inline std::uint16_t read_be16(const std::uint8_t* bytes) {
    std::uint16_t value;
    std::memcpy(&value, bytes, sizeof value);
    return std::endian::native == std::endian::little ? __builtin_bswap16(value) : value;
}

inline std::uint32_t read_be32(const std::uint8_t* bytes) {
    std::uint32_t value;
    std::memcpy(&value, bytes, sizeof value);
    return std::endian::native == std::endian::little ? __builtin_bswap32(value) : value;
}

}  // namespace deadpeer::decoding
