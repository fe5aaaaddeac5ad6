// Reading numbers and IP addresses from bytes that may stand at any address.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "deadpeer/address.h"

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

inline std::uint16_t read_le16(const std::uint8_t* bytes) {
    return __builtin_bswap16(read_be16(bytes));
}

inline std::uint32_t read_le32(const std::uint8_t* bytes) {
    return __builtin_bswap32(read_be32(bytes));
}

inline AddressWords read_address(const std::uint8_t* bytes, bool is_v6) {
    AddressWords words;
    if (is_v6) {
        std::memcpy(&words.first, bytes, 8);
        std::memcpy(&words.second, bytes + 8, 8);
    } else {
        std::uint32_t word;
        std::memcpy(&word, bytes, sizeof word);
        words.first = std::endian::native == std::endian::little ? word : std::uint64_t{word} << 32;
    }
    return words;
}

}  // namespace deadpeer::decoding
