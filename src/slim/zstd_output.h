// ZstdOutput: what is appended, compressed by zstd, to an Output.
//
// What:    the compressed bytes depend on what was appended, not on in which pieces. With a checksum.
// Memory:  some MiB, more with higher levels.
// Lifetime: the Output must outlive it.
// Threads: one thread at a time.
// Errors:  the Output keeps its errno. Out of memory throws std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "report/storage/output.h"

typedef struct ZSTD_CCtx_s ZSTD_CCtx;

namespace deadpeer {

class ZstdOutput {
public:
    static constexpr int kUsualLevel = 3;
    static constexpr int kHighestLevel = 19;  // higher ones need a reader that is told so

    ZstdOutput(Output& output, int level);
    ~ZstdOutput();
    ZstdOutput(const ZstdOutput&) = delete;
    ZstdOutput& operator=(const ZstdOutput&) = delete;

    // To append to; then compress_whole_pieces() takes what is there.
    [[nodiscard]] std::string& waiting() { return waiting_; }
    void compress_whole_pieces();
    // All that waits, and the end.
    void finish();

    [[nodiscard]] std::uint64_t bytes_written() const { return written_; }

private:
    void compress(std::size_t bytes, bool last);

    Output& output_;
    std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context_;
    std::string waiting_;
    std::uint64_t written_ = 0;
};

}  // namespace deadpeer
