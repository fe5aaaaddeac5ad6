// A file that another program cuts short while it is read.
#include <unistd.h>

#include "capture/file/truncation_guard.h"
#include "capture_bytes.h"
#include "reading.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

// Records of 100 bytes each, behind 24 bytes of header.
constexpr std::size_t kRecords = 20'000;

struct Counts {
    std::uint64_t whole = 0;
    std::uint64_t zeros = 0;
    ReadStatus status = ReadStatus::kFrames;
    std::string detail;
};

// Reads a first batch, cuts the file, and reads on.
Counts read_while_cut(const std::string& bytes, off_t left) {
    const TemporaryFile file(bytes);
    auto opened = open_capture(file.path());
    REQUIRE(opened.ok());
    Counts counts;
    FrameBatch batch;
    while ((counts.status = opened.value()->next(batch)) == ReadStatus::kFrames) {
        for (const FrameView& frame : batch.view()) {
            frame.captured_length == 84 ? ++counts.whole : ++counts.zeros;
        }
        REQUIRE(::truncate(file.path().c_str(), left) == 0);
    }
    CHECK(opened.value()->stats().frames == counts.whole + counts.zeros);
    counts.detail = opened.value()->status_detail();
    return counts;
}

TEST_CASE("a mapped file that shrinks ends as truncated") {
    capture::survive_truncated_mappings();
    const ClassicFile file;
    std::string bytes = file.header();
    for (std::size_t i = 0; i < kRecords; ++i) bytes += file.record(tcp_frame(84));

    const auto size = static_cast<off_t>(bytes.size());
    for (const off_t left : {size - 1, size - 100, size - 5000, off_t{1'000'000}, off_t{65'536}, off_t{0}}) {
        CAPTURE(left);
        const Counts counts = read_while_cut(bytes, left);
        CHECK(counts.status == ReadStatus::kTruncated);
        CHECK(counts.detail.find("the file was cut short while it was read") != std::string::npos);
        // The first batch was handed out before.
        const auto records_left = static_cast<std::uint64_t>(std::max<off_t>(left - 24, 0) / 100);
        CHECK(counts.whole >= std::max<std::uint64_t>(records_left, FrameBatch::kCapacity));
        CHECK(counts.whole <= std::max<std::uint64_t>(records_left + 1, FrameBatch::kCapacity));
        // What is left of a page reads as zeros: empty records of 16 bytes.
        CHECK(counts.zeros <= (left % 4096 == 0 ? 0U : 4096U / 16));
    }
}

}  // namespace
}  // namespace deadpeer::test
