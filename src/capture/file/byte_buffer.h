// ByteBuffer: the bytes that came and were not consumed yet, in one piece.
//
// What:     room() moves what is left to the front; the buffer doubles only when it is full of bytes that
//           have really come, whatever a file promises.
// Lifetime: bytes() and pointers into it stay good until room() is called.
// Threads:  one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace deadpeer::capture {

class ByteBuffer {
public:
    [[nodiscard]] std::span<const std::uint8_t> bytes() const {
        return {memory_.get() + begin_, end_ - begin_};
    }
    void consume(std::size_t count) { begin_ += count; }

    // Where more can be put; never empty.
    std::span<std::uint8_t> room() {
        const std::size_t left = end_ - begin_;
        if (left == capacity_) {
            auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(2 * capacity_);
            std::memcpy(larger.get(), memory_.get() + begin_, left);
            memory_ = std::move(larger);
            capacity_ *= 2;
        } else if (left != 0) {
            std::memmove(memory_.get(), memory_.get() + begin_, left);
        }
        begin_ = 0;
        end_ = left;
        return {memory_.get() + end_, capacity_ - end_};
    }
    // Of the whole buffer, now and after room().
    [[nodiscard]] std::size_t capacity() const { return capacity_; }
    [[nodiscard]] std::size_t next_capacity() const {
        return end_ - begin_ == capacity_ ? 2 * capacity_ : capacity_;
    }
    // REQUIRES: that many bytes were put into room().
    void add(std::size_t count) { end_ += count; }

private:
    // Fits a level 2 cache, and is worth a system call.
    static constexpr std::size_t kFirstCapacity = std::size_t{256} << 10;

    std::size_t capacity_ = kFirstCapacity;
    std::unique_ptr<std::uint8_t[]> memory_ = std::make_unique_for_overwrite<std::uint8_t[]>(kFirstCapacity);
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace deadpeer::capture
