// Counts what the hot path allocates: frames from a capture file through the Analyzer into a sink that
// does nothing, with every operator new counted.
//
// The flow table grows while new connections come; so the count of the second half of the capture is
// printed beside that of the whole.
#include <cstdlib>
#include <new>

#include <fmt/core.h>

#include "capture/open.h"
#include "deadpeer/analyzer.h"

namespace {
std::uint64_t allocations = 0;
}

void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    ++allocations;
    const auto align = static_cast<std::size_t>(alignment);
    if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

namespace {

class NullSink : public deadpeer::ReportSink {
public:
};

// Allocations at each batch's end, so that any part of the run can be told apart.
struct Mark {
    std::uint64_t frames;
    std::uint64_t allocations;
};

double per_million(const Mark& from, const Mark& to) {
    if (to.frames == from.frames) return 0;
    return 1e6 * static_cast<double>(to.allocations - from.allocations) /
           static_cast<double>(to.frames - from.frames);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: bench_allocations FILE\n");
        return 1;
    }
    auto source = deadpeer::open_capture(argv[1]);
    if (!source) {
        fmt::print(stderr, "{}\n", source.error().message);
        return 1;
    }
    NullSink sink;
    deadpeer::AnalyzerOptions options;
    options.segments = deadpeer::SegmentSelection::kNone;
    deadpeer::Analyzer analyzer(options, sink);
    const auto input = analyzer.begin_input(argv[1]);

    deadpeer::FrameBatch batch;
    const std::uint64_t total_bytes = source.value()->stats().bytes_total.value_or(0);
    const Mark start{0, allocations};
    Mark middle = start;
    Mark now = start;
    while (source.value()->next(batch) == deadpeer::ReadStatus::kFrames) {
        analyzer.consume(batch.view(), input);
        now = {now.frames + batch.count, allocations};
        if (source.value()->stats().bytes_read <= total_bytes / 2) middle = now;
    }
    fmt::print("allocations per million packets: {:.0f} over the whole capture, {:.0f} in its second half\n",
               per_million(start, now), per_million(middle, now));
    return 0;
}
