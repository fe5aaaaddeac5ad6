// RowLog<T>: rows of a period, kept until its reports are written, again and again.
//
// DESCRIPTION
// What:     an array of trivially copyable records that grows at its end; a record may be replaced. Beyond a
//           small bound the records are in a temporary file without a name. Unlike a Spool it lives with a
//           disk that is full for a while: what was handed over stays right, new records wait in memory, and
//           only what finds no room there either is lost.
// Cost:     append(): a copy, and one pwrite for about 256 KiB. change(): a copy or one pwrite. for_each():
//           one pread for about 256 KiB.
// Memory:   256 KiB; kMostWaitingBytes while the disk takes nothing.
// Threads:  one thread at a time.
// Errors:   lost() counts; error() is the errno of the latest attempt.
//
// IMPLEMENTATION
// Records [0, in_file_) are in the file, the others in tail_. in_file_ grows only after a write that was
// whole, so that part of a write is overwritten by the next.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "report/storage/spool_file.h"

namespace deadpeer {

// The records below RowLog<T>, untyped.
class RecordLog {
public:
    static constexpr std::size_t kBatchBytes = std::size_t{256} << 10;
    static constexpr std::size_t kMostWaitingBytes = std::size_t{8} << 20;

    RecordLog(SpoolFolder folder, std::size_t record_bytes)
        : folder_(std::move(folder)), record_bytes_(record_bytes) {}
    ~RecordLog() { clear(); }
    RecordLog(const RecordLog&) = delete;
    RecordLog& operator=(const RecordLog&) = delete;

    // False: it is lost.
    bool append(const void* record);
    // REQUIRES: i < size().
    bool change(std::uint64_t i, const void* record);
    // Tries again to hand over what waits for the disk.
    void retry();
    void clear();
    // The first of them go; the others count from 0 then. REQUIRES: count <= size().
    void drop_first(std::uint64_t count);

    // Copies up to `most` records from the i-th on; their number, 0 at the end or after an error.
    std::size_t read(std::uint64_t i, std::size_t most, void* out);

    [[nodiscard]] std::uint64_t size() const { return in_file_ + tail_.size() / record_bytes_; }
    [[nodiscard]] std::uint64_t bytes() const { return size() * record_bytes_; }
    [[nodiscard]] std::uint64_t lost() const { return lost_; }
    [[nodiscard]] int error() const { return error_; }

private:
    bool hand_over();

    SpoolFolder folder_;
    std::size_t record_bytes_;
    int descriptor_ = -1;
    std::uint64_t in_file_ = 0;
    std::vector<std::byte> tail_;
    std::size_t try_at_ = kBatchBytes;  // size of tail_ at which it is handed over
    std::uint64_t lost_ = 0;
    int error_ = 0;
};

template <typename T>
class RowLog {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    static constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

    explicit RowLog(SpoolFolder folder) : log_(std::move(folder), sizeof(T)) {}

    bool append(const T& row) { return log_.append(&row); }
    bool change(std::uint64_t i, const T& row) { return log_.change(i, &row); }
    void retry() { log_.retry(); }
    void clear() { log_.clear(); }
    void drop_first(std::uint64_t count) { log_.drop_first(count); }

    // The rows below `end` in order, as far as there are so many; `tell` may append others. False after an
    // error: the rest could not be read.
    template <typename Tell>
    bool for_each(const Tell& tell, std::uint64_t end = kAll) {
        std::vector<T> rows(RecordLog::kBatchBytes / sizeof(T));
        std::uint64_t next = 0;
        while (next < std::min(end, log_.size())) {
            const std::size_t most = std::min<std::uint64_t>(rows.size(), end - next);
            const std::size_t count = log_.read(next, most, rows.data());
            if (count == 0) return false;
            for (std::size_t i = 0; i < count; ++i) tell(rows[i]);
            next += count;
        }
        return true;
    }

    [[nodiscard]] std::uint64_t size() const { return log_.size(); }
    [[nodiscard]] std::uint64_t bytes() const { return log_.bytes(); }
    [[nodiscard]] std::uint64_t lost() const { return log_.lost(); }
    [[nodiscard]] int error() const { return log_.error(); }

private:
    RecordLog log_;
};

}  // namespace deadpeer
