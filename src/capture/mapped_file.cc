#include "capture/mapped_file.h"

#include <sys/mman.h>

#include <algorithm>

namespace deadpeer::capture {
namespace {

// Fetched and let go at a time. A multiple of every page size.
constexpr std::size_t kStride = std::size_t{4} << 20;

}  // namespace

std::unique_ptr<MappedFile> MappedFile::map(int descriptor, std::size_t size) {
    void* base = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (base == MAP_FAILED) return nullptr;
    ::madvise(base, size, MADV_SEQUENTIAL);
    return std::unique_ptr<MappedFile>(new MappedFile(static_cast<std::uint8_t*>(base), size));
}

MappedFile::MappedFile(std::uint8_t* base, std::size_t size) : base_(base), size_(size), guard_(base, size) {
    move_pages();
}

MappedFile::~MappedFile() {
    guard_.release();
    ::munmap(base_, size_);
}

void MappedFile::consume(std::size_t count) {
    position_ += count;
    if (position_ >= next_move_) move_pages();
}

void MappedFile::move_pages() {
    const std::size_t here = position_ / kStride * kStride;
    // The frames of the last batch may lie up to a stride back; what is older is not looked at again.
    if (here >= 3 * kStride) ::madvise(base_ + here - 3 * kStride, 2 * kStride, MADV_DONTNEED);
#ifdef MADV_POPULATE_READ
    // One call in place of a fault every few pages. Where the kernel does not know it, faults do the work.
    ::madvise(base_ + here, std::min(2 * kStride, size_ - here), MADV_POPULATE_READ);
#endif
    next_move_ = here + kStride;
}

std::string MappedFile::fault() const {
    return guard_.lost_from() == nullptr ? "" : "the file was cut short while it was read";
}

}  // namespace deadpeer::capture
