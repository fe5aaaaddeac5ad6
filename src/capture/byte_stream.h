// ByteStream: a pipe, a FIFO, standard input, a device: whatever can only be read once.
//
// What:   one buffer. more() moves what is left to its front and reads behind it; the buffer doubles only
//         when it is full of bytes that have really come, whatever a file promises.
// Errors: a failing read ends the input; fault() tells why.
#pragma once

#include <functional>
#include <memory>

#include "capture/byte_source.h"

namespace deadpeer::capture {

class ByteStream final : public ByteSource {
public:
    // Owns the descriptor if `owned`. `keep_waiting`, if given, is asked several times a second while
    // nothing comes, and after signals; its `false` makes more() say kIdle.
    ByteStream(int descriptor, bool owned, std::function<bool()> keep_waiting);
    ~ByteStream() override;
    ByteStream(const ByteStream&) = delete;
    ByteStream& operator=(const ByteStream&) = delete;

    std::span<const std::uint8_t> bytes() const override { return {buffer_.get() + begin_, end_ - begin_}; }
    void consume(std::size_t count) override { begin_ += count; }
    More more() override;
    std::optional<std::uint64_t> total() const override { return std::nullopt; }
    std::string fault() const override;

private:
    [[nodiscard]] bool wait();
    void make_room();

    int descriptor_;
    bool owned_;
    std::function<bool()> keep_waiting_;
    std::unique_ptr<std::uint8_t[]> buffer_;
    std::size_t capacity_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool at_end_ = false;
    int error_ = 0;
};

}  // namespace deadpeer::capture
