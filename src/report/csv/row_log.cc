#include "report/csv/row_log.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace deadpeer {
namespace {

// Their errno; 0: all of it.
int write_all(int descriptor, const std::byte* bytes, std::size_t size, off_t offset) {
    while (size > 0) {
        const ssize_t n = ::pwrite(descriptor, bytes, size, offset);
        if (n < 0 && errno != EINTR) return errno;
        if (n == 0) return ENOSPC;
        if (n < 0) continue;
        bytes += n;
        offset += n;
        size -= static_cast<std::size_t>(n);
    }
    return 0;
}

int read_all(int descriptor, std::byte* bytes, std::size_t size, off_t offset) {
    while (size > 0) {
        const ssize_t n = ::pread(descriptor, bytes, size, offset);
        if (n < 0 && errno != EINTR) return errno;
        if (n == 0) return EIO;  // somebody shortened the file
        if (n < 0) continue;
        bytes += n;
        offset += n;
        size -= static_cast<std::size_t>(n);
    }
    return 0;
}

}  // namespace

bool RecordLog::append(const void* record) {
    if (tail_.size() >= try_at_) hand_over();
    if (tail_.size() + record_bytes_ > kMostWaitingBytes) {
        ++lost_;
        return false;
    }
    const auto* bytes = static_cast<const std::byte*>(record);
    tail_.insert(tail_.end(), bytes, bytes + record_bytes_);
    return true;
}

bool RecordLog::change(std::uint64_t i, const void* record) {
    if (i >= in_file_) {
        std::memcpy(tail_.data() + (i - in_file_) * record_bytes_, record, record_bytes_);
        return true;
    }
    error_ = write_all(descriptor_, static_cast<const std::byte*>(record), record_bytes_,
                       static_cast<off_t>(i * record_bytes_));
    return error_ == 0;
}

void RecordLog::retry() {
    if (tail_.size() >= kBatchBytes) hand_over();
}

bool RecordLog::hand_over() {
    if (descriptor_ < 0) descriptor_ = open_unnamed_file(folder_);
    error_ = descriptor_ < 0 ? errno
                             : write_all(descriptor_, tail_.data(), tail_.size(),
                                         static_cast<off_t>(in_file_ * record_bytes_));
    if (error_ != 0) {
        try_at_ = tail_.size() + kBatchBytes;  // not again for each record
        return false;
    }
    in_file_ += tail_.size() / record_bytes_;
    tail_.clear();
    if (try_at_ != kBatchBytes) tail_.shrink_to_fit();
    try_at_ = kBatchBytes;
    return true;
}

void RecordLog::clear() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
    in_file_ = 0;
    tail_ = {};
    try_at_ = kBatchBytes;
}

void RecordLog::drop_first(std::uint64_t count) {
    RecordLog rest(folder_, record_bytes_);
    std::vector<std::byte> records(kBatchBytes);
    for (std::uint64_t i = count; i < size();) {
        const std::size_t read_now = read(i, records.size() / record_bytes_, records.data());
        if (read_now == 0) {
            lost_ += size() - i;
            break;
        }
        for (std::size_t k = 0; k < read_now; ++k) rest.append(records.data() + k * record_bytes_);
        i += read_now;
    }
    lost_ += rest.lost_;
    std::swap(descriptor_, rest.descriptor_);
    std::swap(in_file_, rest.in_file_);
    std::swap(tail_, rest.tail_);
    std::swap(try_at_, rest.try_at_);
}

std::size_t RecordLog::read(std::uint64_t i, std::size_t most, void* out) {
    if (i >= in_file_) {
        const std::size_t count = std::min<std::size_t>(most, size() - i);
        std::memcpy(out, tail_.data() + (i - in_file_) * record_bytes_, count * record_bytes_);
        return count;
    }
    const std::size_t count = std::min<std::uint64_t>(most, in_file_ - i);
    error_ = read_all(descriptor_, static_cast<std::byte*>(out), count * record_bytes_,
                      static_cast<off_t>(i * record_bytes_));
    return error_ == 0 ? count : 0;
}

}  // namespace deadpeer
