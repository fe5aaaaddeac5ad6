#include "report/storage/spool.h"

#include <algorithm>

namespace deadpeer {
namespace {

std::unique_ptr<std::byte[]> zero_page() {
    return std::make_unique<std::byte[]>(PagedStore::kPageBytes);
}

}  // namespace

PagedStore::PagedStore(SpoolFolder folder, std::size_t memory_bytes)
    : capacity_(std::max<std::size_t>(1, memory_bytes / kPageBytes)), file_(std::move(folder)) {
    pages_.reserve(capacity_);
    pages_.push_back({0, 0, false, zero_page()});
    current_ = &pages_.front();
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
    file_.read(number * kPageBytes, {current_->bytes.get(), kPageBytes});
}

void PagedStore::forget_below(std::uint64_t number) {
    if (number <= forgotten_) return;
    for (Page& page : pages_) {
        if (page.number < number) page.changed = false;
    }
    file_.forget(forgotten_ * kPageBytes, number * kPageBytes);
    forgotten_ = number;
}

PagedStore::Page& PagedStore::make_room() {
    if (pages_.size() < capacity_) return pages_.emplace_back(Page{0, 0, false, zero_page()});
    const auto oldest = std::min_element(
        pages_.begin(), pages_.end(), [](const Page& a, const Page& b) { return a.last_used < b.last_used; });
    if (oldest->changed) file_.write(oldest->number * kPageBytes, {oldest->bytes.get(), kPageBytes});
    return *oldest;
}

}  // namespace deadpeer
