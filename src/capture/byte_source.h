// ByteSource: the bytes of an input, as a window that moves forward.
//
// What:     one of two: the whole file mapped (mapped_file.h), or a buffer refilled from a pipe
//           (byte_stream.h).
// Lifetime: bytes() and pointers into it stay good until more() is called; consume() moves no byte.
// Threads:  one thread at a time.
// Errors:   after more() says kEnd, fault() tells whether the input ended by itself or by an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace deadpeer::capture {

class ByteSource {
public:
    enum class More : std::uint8_t {
        kMore,  // at least one byte was added
        kEnd,   // no byte will ever come
        kIdle,  // none yet, and the caller wanted to be told
    };

    virtual ~ByteSource() = default;

    // What is in hand and not yet consumed.
    [[nodiscard]] virtual std::span<const std::uint8_t> bytes() const = 0;

    // REQUIRES: count <= bytes().size().
    virtual void consume(std::size_t count) = 0;

    virtual More more() = 0;

    // Size of the whole input, where known.
    [[nodiscard]] virtual std::optional<std::uint64_t> total() const = 0;

    // Bytes at or after this pointer are lost (the file shrank while it was mapped); else null.
    [[nodiscard]] virtual const std::uint8_t* lost_from() const { return nullptr; }

    // Why the input ended before its time; empty if it did not.
    [[nodiscard]] virtual std::string fault() const = 0;
};

}  // namespace deadpeer::capture
