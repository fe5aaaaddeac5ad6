// Output: where the bytes of one report go, with a large buffer before it.
//
// What:     append() collects; bytes reach the file only at end_row() or flush(), so that a reader of a pipe
//           never gets part of a row. After the first failure nothing more is written and error() keeps its
//           errno.
// Lifetime: does not own the descriptor.
// Threads:  one thread at a time.
// Cost:     one write(2) for about 256 KiB; memory is that buffer, more only if one row is larger.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace deadpeer {

class Output {
public:
    explicit Output(int descriptor) : descriptor_(descriptor), buffer_(kBufferBytes + kSpareBytes) {}

    // Memory for at least `bytes` more; tell with commit() how far it was used.
    [[nodiscard]] char* reserve(std::size_t bytes) {
        if (buffer_.size() - used_ < bytes) grow(bytes);
        return buffer_.data() + used_;
    }
    void commit(const char* end) { used_ = static_cast<std::size_t>(end - buffer_.data()); }

    void append(std::string_view bytes) {
        char* out = reserve(bytes.size());
        commit(std::copy(bytes.begin(), bytes.end(), out));
    }
    void append(char byte) {
        char* out = reserve(1);
        *out = byte;
        commit(out + 1);
    }

    void end_row() {
        if (used_ >= kBufferBytes) flush();
    }
    void flush();

    // From now on what was written goes to the disk every few MiB, so that no later fsync(2) takes long.
    // REQUIRES: a regular file.
    void write_through() { write_through_ = true; }

    // What was not written yet; drop() forgets it. For one who writes it himself.
    [[nodiscard]] std::string_view waiting() const { return {buffer_.data(), used_}; }
    void drop() { used_ = 0; }

    // errno of the first failure; 0 while all is well.
    [[nodiscard]] int error() const { return error_; }

private:
    static constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
    static constexpr std::size_t kSpareBytes = std::size_t{16} << 10;

    // Out of line: each cell has a reserve() in it.
    void grow(std::size_t bytes);

    static constexpr std::size_t kBytesBehind = std::size_t{8} << 20;

    int descriptor_;
    int error_ = 0;
    bool write_through_ = false;
    std::size_t bytes_behind_ = 0;  // written, and perhaps not on the disk
    std::size_t used_ = 0;
    std::vector<char> buffer_;
};

}  // namespace deadpeer
