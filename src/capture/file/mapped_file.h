// MappedFile: a regular file as one window over its mapping.
//
// What:   pages that lie some megabytes behind are let go, so of a file of any size a small part is in
//         memory.
// Limits: a file that another program cuts short while it is mapped raises SIGBUS where the reader
//         touches the lost pages. A program that calls survive_truncated_mappings() (truncation_guard.h)
//         gets zeros there instead, and the source ends as truncated; of the page that the cut goes
//         through, some zeros may have been handed out as empty frames. Bytes appended while the file is
//         read are not looked at.
#pragma once

#include <cstddef>
#include <memory>

#include "capture/file/byte_source.h"
#include "capture/file/truncation_guard.h"

namespace deadpeer::capture {

class MappedFile final : public ByteSource {
public:
    // Null if the file cannot be mapped (some file systems refuse) or guarded; read it as a stream then.
    // The descriptor stays the caller's and is not needed afterwards. REQUIRES: size > 0.
    static std::unique_ptr<MappedFile> map(int descriptor, std::size_t size);

    ~MappedFile() override;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::uint8_t> bytes() const override { return {base_ + position_, size_ - position_}; }
    bool stay() const override { return true; }
    void consume(std::size_t count) override;
    More more() override { return More::kEnd; }
    std::optional<std::uint64_t> total() const override { return size_; }
    const std::uint8_t* lost_from() const override {
        return guard_.lost_from() == nullptr ? nullptr : end_now();
    }
    std::string fault() const override;

private:
    MappedFile(int descriptor, std::uint8_t* base, std::size_t size);
    [[nodiscard]] const std::uint8_t* end_now() const;

    int descriptor_;
    std::uint8_t* base_;
    std::size_t size_;
    std::size_t position_ = 0;
    std::size_t next_release_;  // position at which pages are let go again
    MappingGuard guard_;
};

}  // namespace deadpeer::capture
