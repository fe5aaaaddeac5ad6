// CompressedSource: the bytes of a compressed file or pipe, unpacked as they are asked for.
//
// What:    members (frames, streams) one after the other are read as one; zeros after the last are padding.
// Limits:  a buffer of the largest record, and what the decompressor needs, out of what all inputs have
//          together (unpacking_memory.h). Data that unpack to more than a thousand times their size, which no
//          capture does, are not read on.
// Threads: one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "capture/file/byte_buffer.h"
#include "capture/file/byte_source.h"
#include "capture/file/decompressor.h"
#include "capture/file/unpacking_memory.h"

namespace deadpeer::capture {

class CompressedSource final : public ByteSource {
public:
    // `keep_waiting`, `memory`: as of OpenOptions.
    CompressedSource(std::unique_ptr<ByteSource> packed, Compression compression,
                     std::function<bool()> keep_waiting, std::shared_ptr<UnpackingMemory> memory)
        : packed_(std::move(packed)),
          keep_waiting_(std::move(keep_waiting)),
          memory_(std::move(memory)),
          kind_(compression) {}

    std::span<const std::uint8_t> bytes() const override { return buffer_.bytes(); }
    void consume(std::size_t count) override { buffer_.consume(count); }
    More more() override;
    std::optional<std::uint64_t> total() const override { return packed_->total(); }
    std::optional<Packed> packed() const override { return Packed{name(kind_), taken_}; }

    // Of what is packed twice the innermost packed bytes.
    [[nodiscard]] std::uint64_t taken_at_first() const {
        const auto inner = packed_->packed();
        return inner ? inner->taken : taken_;
    }
    std::string fault() const override { return fault_; }
    bool damaged() const override { return damaged_; }

private:
    // Both answer whether there are more bytes now.
    bool unpack();
    bool begin_member();
    bool begin_unpacking();
    [[nodiscard]] bool fits(std::size_t buffer) { return memory_.resize(buffer + decompressor_->memory()); }
    void end(std::string fault, bool damaged);
    void end_too_large();
    void take(std::size_t count);

    std::unique_ptr<ByteSource> packed_;
    std::function<bool()> keep_waiting_;
    bool at_packed_end_ = false;
    UnpackingMemory::Part memory_;
    Compression kind_;
    std::unique_ptr<Decompressor> decompressor_;  // of that kind, once a member has begun
    bool in_member_ = false;
    ByteBuffer buffer_;
    std::uint64_t taken_ = 0;
    std::uint64_t made_ = 0;
    bool ended_ = false;
    bool damaged_ = false;
    std::string fault_;
};

}  // namespace deadpeer::capture
