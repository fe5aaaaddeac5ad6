// ByteSource: the bytes of an input, as a window that moves forward.
//
// What:     the whole file mapped (mapped_file.h), or a buffer refilled from a pipe (byte_stream.h), or one
//           refilled by unpacking the bytes of another source (compressed_source.h).
// Lifetime: bytes() and pointers into it stay good until more() is called; consume() moves no byte.
// Threads:  one thread at a time.
// Errors:   after more() says kEnd, fault() tells whether the input ended by itself or by an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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

    // Those that were consumed can be read on.
    [[nodiscard]] virtual bool stay() const { return false; }

    // REQUIRES: count <= bytes().size().
    virtual void consume(std::size_t count) = 0;

    virtual More more() = 0;

    // Size of the whole input, as it lies there, where known.
    [[nodiscard]] virtual std::optional<std::uint64_t> total() const = 0;

    // Bytes at or after this pointer are lost (the file shrank while it was mapped); else null.
    [[nodiscard]] virtual const std::uint8_t* lost_from() const { return nullptr; }

    // Why the input ended before its time; empty if it did not.
    [[nodiscard]] virtual std::string fault() const = 0;

    // The fault is in the bytes that are there, not that some are missing.
    [[nodiscard]] virtual bool damaged() const { return false; }

    // Of bytes that are unpacked: what they were packed with, and how many packed bytes were taken so far.
    struct Packed {
        std::string_view with;
        std::uint64_t taken;
    };
    [[nodiscard]] virtual std::optional<Packed> packed() const { return std::nullopt; }
};

}  // namespace deadpeer::capture
