#include "report/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "report/text.h"

namespace deadpeer {
namespace {

std::unique_ptr<std::byte[]> zero_page() {
    return std::make_unique<std::byte[]>(PagedStore::kPageBytes);
}

off_t offset_of(std::uint64_t page) {
    return static_cast<off_t>(page * PagedStore::kPageBytes);
}

}  // namespace

PagedStore::PagedStore(std::string folder, std::size_t memory_bytes)
    : folder_(std::move(folder)), capacity_(std::max<std::size_t>(1, memory_bytes / kPageBytes)) {
    pages_.reserve(capacity_);
    pages_.push_back({0, 0, false, zero_page()});
    current_ = &pages_.front();
}

PagedStore::~PagedStore() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Status PagedStore::status() const {
    if (error_ == 0) return success();
    return Error{fmt::format("Cannot keep waiting rows in a temporary file in {}: {}. Free space there.",
                             printable(folder_), std::strerror(error_))};
}

void PagedStore::fetch(std::uint64_t number) {
    const auto resident =
        std::find_if(pages_.begin(), pages_.end(), [&](const Page& page) { return page.number == number; });
    current_->last_used = ++uses_;
    if (resident != pages_.end()) {
        current_ = &*resident;
        return;
    }
    current_ = &make_room();
    current_->number = number;
    current_->changed = false;
    load(*current_);
}

PagedStore::Page& PagedStore::make_room() {
    if (pages_.size() < capacity_) return pages_.emplace_back(Page{0, 0, false, zero_page()});
    const auto oldest = std::min_element(
        pages_.begin(), pages_.end(), [](const Page& a, const Page& b) { return a.last_used < b.last_used; });
    if (oldest->changed) save(*oldest);
    return *oldest;
}

void PagedStore::save(const Page& page) {
    if (descriptor_ < 0) open_file();
    std::size_t written = 0;
    while (error_ == 0 && written < kPageBytes) {
        const ssize_t n = ::pwrite(descriptor_, page.bytes.get() + written, kPageBytes - written,
                                   offset_of(page.number) + static_cast<off_t>(written));
        if (n >= 0) {
            written += static_cast<std::size_t>(n);
        } else if (errno != EINTR) {
            error_ = errno;
        }
    }
}

void PagedStore::load(Page& page) {
    std::size_t read = 0;
    while (error_ == 0 && descriptor_ >= 0 && read < kPageBytes) {
        const ssize_t n = ::pread(descriptor_, page.bytes.get() + read, kPageBytes - read,
                                  offset_of(page.number) + static_cast<off_t>(read));
        if (n > 0) {
            read += static_cast<std::size_t>(n);
        } else if (n == 0) {
            break;  // beyond the end of the file: never written
        } else if (errno != EINTR) {
            error_ = errno;
        }
    }
    std::memset(page.bytes.get() + read, 0, kPageBytes - read);
}

void PagedStore::open_file() {
    // Unpredictable name and O_EXCL by mkostemp; unlinked at once.
    std::string path = folder_ + "/.deadpeer-spool-XXXXXX";
    descriptor_ = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor_ < 0) {
        error_ = errno;
        return;
    }
    ::unlink(path.c_str());
}

}  // namespace deadpeer
