#include "capture/file/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace deadpeer::capture {
namespace {

// Let go at a time. A multiple of every page size.
constexpr std::size_t kStride = std::size_t{1} << 20;

// Left to reports, temporary files and what libraries open.
constexpr rlim_t kSpareDescriptors = 32;

// A copy by which to see later that the file was cut short; -1 where descriptors are few and needed more
// elsewhere: then that is noticed only by what is missing when it is read.
int copy_if_room(int descriptor) {
    const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    rlimit limit = {};
    if (copy < 0 || ::getrlimit(RLIMIT_NOFILE, &limit) != 0) return copy;
    // The lowest free number: about as many are in use.
    if (static_cast<rlim_t>(copy) + kSpareDescriptors < limit.rlim_cur) return copy;
    ::close(copy);
    return -1;
}

}  // namespace

std::unique_ptr<MappedFile> MappedFile::map(int descriptor, std::size_t size) {
    // Doubles the read-ahead. MADV_SEQUENTIAL does so too, but then pages are mapped one by one and not a
    // group at each fault: a quarter slower when the file is in the page cache.
    ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    void* base = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (base == MAP_FAILED) return nullptr;
    std::unique_ptr<MappedFile> file(
        new MappedFile(copy_if_room(descriptor), static_cast<std::uint8_t*>(base), size));
    return file->guard_.guards() ? std::move(file) : nullptr;
}

MappedFile::MappedFile(int descriptor, std::uint8_t* base, std::size_t size)
    : descriptor_(descriptor), base_(base), size_(size), next_release_(2 * kStride), guard_(base, size) {}

MappedFile::~MappedFile() {
    guard_.release();
    ::munmap(base_, size_);
    if (descriptor_ >= 0) ::close(descriptor_);
}

void MappedFile::consume(std::size_t count) {
    position_ += count;
    while (position_ >= next_release_) {
        // A large frame of the last batch may lie there still: then its pages are mapped again.
        ::madvise(base_ + next_release_ - 2 * kStride, kStride, MADV_DONTNEED);
        next_release_ += kStride;
    }
}

// Where the file ends by now, if that is before the end of the mapping.
const std::uint8_t* MappedFile::end_now() const {
    struct stat info = {};
    const bool known = ::fstat(descriptor_, &info) == 0;
    const std::size_t size = known ? static_cast<std::size_t>(info.st_size) : size_;
    const std::uint8_t* end = base_ + std::min(size, size_);
    const std::uint8_t* zeros = guard_.lost_from();
    return zeros == nullptr ? end : std::min(end, zeros);
}

std::string MappedFile::fault() const {
    return end_now() == base_ + size_ ? "" : "the file was cut short while it was read";
}

}  // namespace deadpeer::capture
