// ReadAhead: an input whose frames are read, and decoded, on a thread of their own, a little ahead of the
// analysis.
//
// What:     next() hands out what the source does, batch by batch, in order. Inputs that are small, or that
//           may keep the reader waiting, are read by the caller: a thread would gain nothing there.
// Memory:   kBatches batches; of a source whose frames do not stay a copy of their bytes, too.
// Lifetime: the analyzer must outlive it.
// Threads:  one thread at a time, but for its own. Signals go to the others.
// Errors:   what the source throws is thrown by next().
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "cli/stoppable_source.h"
#include "deadpeer/analyzer.h"
#include "deadpeer/frame.h"

namespace deadpeer::cli {

class ReadAhead {
public:
    struct Batch {
        FrameBatch frames;
        ReadStatus status = ReadStatus::kFrames;
        SourceStats stats;     // of the source when it was read
        bool decoded = false;  // `content` is that of the frames
        DecodedFrames content;
        std::vector<std::uint8_t> bytes;  // of the frames, where they do not stay at the source
        std::exception_ptr failure;
    };

    // `analyzer`: who will consume the frames; null: they are read when they are asked for.
    ReadAhead(StoppableSource source, const Analyzer* analyzer);
    ~ReadAhead();
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    // Valid until the next call. REQUIRES: the status of all before was kFrames.
    const Batch& next();

    [[nodiscard]] bool has_thread() const { return thread_.joinable(); }
    // REQUIRES: the status of the last batch was another than kFrames, or end() was called.
    [[nodiscard]] const StoppableSource& source() const { return source_; }
    // Reads no further.
    void end();

private:
    static constexpr std::size_t kBatches = 16;

    void start();
    void run();
    void fill(Batch& batch);
    [[nodiscard]] Batch& batch(std::uint64_t number) { return *batches_[number % batches_.size()]; }

    StoppableSource source_;
    const Analyzer* analyzer_;
    std::vector<std::unique_ptr<Batch>> batches_;
    std::mutex mutex_;
    std::condition_variable filled_;
    std::condition_variable room_;
    std::uint64_t read_ = 0;   // batches
    std::uint64_t taken_ = 0;  // of these, the one in use included
    std::uint64_t free_ = 0;   // of these, those that may be filled again
    bool ended_ = false;
    std::thread thread_;
};

}  // namespace deadpeer::cli
