// BytePattern: how a message begins, as a row of heartbeat_patterns.csv says it.
//
// What:    bytes with wildcards at the start, a text anywhere, a range of lengths; all that are given must
//          hold. The file's first lines describe the cells.
// Threads: plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace deadpeer {

struct MaskedByte {
    std::uint8_t value = 0;
    std::uint8_t mask = 0xff;  // the bits that count
};

struct BytePattern {
    std::vector<MaskedByte> start;
    std::string contains;
    std::size_t least_length = 0;
    std::size_t most_length = SIZE_MAX;

    [[nodiscard]] bool matches(std::span<const std::uint8_t> message) const;
};

// "c0 0? ??"; nothing if it is not written so.
std::optional<std::vector<MaskedByte>> parse_masked_bytes(std::string_view text);

// Resolves \r \n \t \\ \xHH; nothing if a backslash is followed by anything else.
std::optional<std::string> unescape(std::string_view text);

}  // namespace deadpeer
