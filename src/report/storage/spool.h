// Spool<T>: records that wait until the report can be written, in memory up to a bound, then in a file.
//
// DESCRIPTION
// What:     an array of trivially copyable records, grown by writing; index `i` may be written in any order,
//           and a record never written reads as all zero bytes. It stays right whatever its length: beyond
//           the bound the least recently used pages move to a temporary file without a name.
// Cost:     at() on the page used last: a comparison. On another resident page: a look at up to `pages`
//           numbers. Else one pread, and one pwrite if the page that makes room was changed.
// Lifetime: a reference from at() is valid until the next call.
// Threads:  one thread at a time.
// Errors:   status() tells the first failure of the file; records read after it may be zero.
//
// IMPLEMENTATION
// Page p holds records [p * kPerPage, (p + 1) * kPerPage). Every page is resident, in the file at p *
// kPageBytes, or all zero (a hole of the file, or beyond its end).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "deadpeer/result.h"
#include "report/storage/spool_file.h"

namespace deadpeer {

// The pages below Spool<T>, untyped.
class PagedStore {
public:
    static constexpr std::size_t kPageBytes = std::size_t{128} << 10;

    // `folder`: where the temporary file goes once it is needed. `memory_bytes`: at least one page is kept.
    PagedStore(SpoolFolder folder, std::size_t memory_bytes);
    PagedStore(const PagedStore&) = delete;
    PagedStore& operator=(const PagedStore&) = delete;

    // The page's bytes; `for_writing` marks it changed.
    [[nodiscard]] std::byte* page(std::uint64_t number, bool for_writing) {
        if (number != current_->number) fetch(number);
        current_->changed |= for_writing;
        return current_->bytes.get();
    }

    // Pages below that one are not asked for again.
    void forget_below(std::uint64_t number);

    [[nodiscard]] Status status() const { return file_.status(); }
    [[nodiscard]] bool failed() const { return file_.failed(); }
    [[nodiscard]] bool uses_file() const { return file_.exists(); }

private:
    struct Page {
        std::uint64_t number = 0;
        std::uint64_t last_used = 0;
        bool changed = false;
        std::unique_ptr<std::byte[]> bytes;
    };

    void fetch(std::uint64_t number);
    Page& make_room();

    std::size_t capacity_;  // pages
    std::vector<Page> pages_;
    Page* current_;
    std::uint64_t uses_ = 0;
    std::uint64_t forgotten_ = 0;  // pages below this one
    SpoolFile file_;
};

template <typename T>
class Spool {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    static constexpr std::size_t kDefaultMemory = std::size_t{16} << 20;

    explicit Spool(SpoolFolder folder, std::size_t memory_bytes = kDefaultMemory)
        : store_(std::move(folder), memory_bytes) {}

    [[nodiscard]] const T& at(std::uint64_t i) { return *slot(i, false); }
    // A record to change; beyond the end the spool grows.
    [[nodiscard]] T& change(std::uint64_t i) {
        if (i >= size_) size_ = i + 1;
        return *slot(i, true);
    }
    std::uint64_t append(const T& record) {
        const std::uint64_t i = size_;
        change(i) = record;
        return i;
    }

    // Records below that one are not asked for again: what they take is given back.
    void forget_below(std::uint64_t i) { store_.forget_below(i / kPerPage); }

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] Status status() const { return store_.status(); }
    [[nodiscard]] bool failed() const { return store_.failed(); }
    [[nodiscard]] bool uses_file() const { return store_.uses_file(); }

private:
    static constexpr std::uint64_t kPerPage = PagedStore::kPageBytes / sizeof(T);

    T* slot(std::uint64_t i, bool for_writing) {
        std::byte* bytes = store_.page(i / kPerPage, for_writing) + i % kPerPage * sizeof(T);
        return reinterpret_cast<T*>(bytes);
    }

    PagedStore store_;
    std::uint64_t size_ = 0;
};

}  // namespace deadpeer
