// Decompressors: one step of gzip, zstd, lz4, xz or bzip2 at a time, bytes in and bytes out.
//
// What:    one object for members (gzip), frames (zstd, lz4) or streams (xz, bzip2), one after the other.
// Limits:  a member that needs more memory than begin() allows fails as too large.
// Threads: one thread at a time.
// Errors:  a step that fails says why, and no other follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace deadpeer::capture {

enum class Compression : std::uint8_t { kGzip, kZstd, kLz4, kXz, kBzip2 };

// Bytes that tell which it is.
inline constexpr std::size_t kCompressionMagicBytes = 4;
std::optional<Compression> compression_of(std::span<const std::uint8_t> beginning);

// "gzip"; also the name of the program that unpacks it.
std::string_view name(Compression compression);

struct DecompressionStep {
    std::size_t taken = 0;
    std::size_t made = 0;
    bool at_end = false;  // of the member
    std::string fault = {};
    bool too_large = false;  // it is sound, but takes too much memory
};

class Decompressor {
public:
    virtual ~Decompressor() = default;

    // A member, the first or another, that may take `most` bytes of memory. REQUIRES: the one before has
    // ended.
    virtual void begin(std::size_t most) = 0;
    // REQUIRES: one has begun.
    virtual DecompressionStep step(std::span<const std::uint8_t> in, std::span<std::uint8_t> out) = 0;
    // What it takes now; of kinds that need little always the most that they need.
    [[nodiscard]] virtual std::size_t memory() const = 0;
};

std::unique_ptr<Decompressor> make_decompressor(Compression compression);

}  // namespace deadpeer::capture
