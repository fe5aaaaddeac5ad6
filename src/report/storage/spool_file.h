// SpoolFile: a temporary file without a name, for what does not fit in memory.
//
// What:     created in the given folder when it is first written, and unlinked at once, so that nothing is
//           left behind however the program ends. Reading beyond its end gives zero bytes.
// Threads:  one thread at a time.
// Errors:   the first failure is kept; after it nothing is written, and reads give zero bytes.
// Source:   mkostemp(3), pread(2), pwrite(2), fallocate(2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "deadpeer/result.h"

namespace deadpeer {

// Where temporary files go.
struct SpoolFolder {
    std::string path;
    // The folder itself, whose lock is held; -1: it is found by its path. It stays the owner's, and open.
    int descriptor = -1;

    SpoolFolder(std::string by_path) : path(std::move(by_path)) {}
    SpoolFolder(const char* by_path) : path(by_path) {}
    SpoolFolder(std::string of, int at) : path(std::move(of)), descriptor(at) {}
};

// The descriptor of a new file, unlinked already; -1 with errno.
int open_unnamed_file(const SpoolFolder& folder);

class SpoolFile {
public:
    explicit SpoolFile(SpoolFolder folder) : folder_(std::move(folder)) {}
    ~SpoolFile();
    SpoolFile(const SpoolFile&) = delete;
    SpoolFile& operator=(const SpoolFile&) = delete;

    void write(std::uint64_t offset, std::span<const std::byte> bytes);
    void read(std::uint64_t offset, std::span<std::byte> bytes);
    // What lies in [from, to) is not read again: the disk may use its space otherwise.
    void forget(std::uint64_t from, std::uint64_t to);

    [[nodiscard]] bool exists() const { return descriptor_ >= 0; }
    [[nodiscard]] bool failed() const { return error_ != 0; }
    [[nodiscard]] Status status() const;

private:
    SpoolFolder folder_;
    int descriptor_ = -1;
    int error_ = 0;
};

}  // namespace deadpeer
