// ByteStream: a pipe, a FIFO, standard input, a device: whatever can only be read once.
//
// Errors: a failing read ends the input; fault() tells why.
#pragma once

#include <functional>

#include "capture/file/byte_buffer.h"
#include "capture/file/byte_source.h"

namespace deadpeer::capture {

// True when a read of the descriptor would not block.
using WaitToRead = std::function<bool(int descriptor)>;

// Asks `keep_waiting`, if given, several times a second while nothing comes, and after signals; gives up when
// it says false.
WaitToRead patiently(std::function<bool()> keep_waiting);

class ByteStream final : public ByteSource {
public:
    // Owns the descriptor if `owned`. When `wait` gives up, more() says kIdle.
    ByteStream(int descriptor, bool owned, WaitToRead wait);
    ~ByteStream() override;
    ByteStream(const ByteStream&) = delete;
    ByteStream& operator=(const ByteStream&) = delete;

    std::span<const std::uint8_t> bytes() const override { return buffer_.bytes(); }
    void consume(std::size_t count) override { buffer_.consume(count); }
    More more() override;
    std::optional<std::uint64_t> total() const override { return std::nullopt; }
    std::string fault() const override;

private:
    int descriptor_;
    bool owned_;
    WaitToRead wait_;
    ByteBuffer buffer_;
    bool at_end_ = false;
    int error_ = 0;
};

}  // namespace deadpeer::capture
