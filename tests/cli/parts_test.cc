// The parts of the program that need no process: sources, arguments, exit codes, progress.

#include "cli/exit_code.h"
#include "cli/parsed.h"
#include "cli/progress.h"
#include "cli/shortened_source.h"
#include "cli/stoppable_source.h"
#include "support/catch.h"

using namespace deadpeer;
using namespace deadpeer::cli;

namespace {

// Hands out frames of 100 bytes, 10 to a batch; every third is rejected by the filter.
class CountingSource final : public PacketSource {
public:
    bool idle_between = true;  // every second answer is kIdle

    CountingSource(std::uint64_t frames, bool size_is_known) : left_(frames) {
        if (size_is_known) stats_.bytes_total = 24 + 116 * frames;
    }

    ReadStatus next(FrameBatch& batch) override {
        batch.clear();
        if (idle_between && ++calls_ % 2 == 0) return ReadStatus::kIdle;
        while (left_ > 0 && batch.count < 10) {
            FrameView& frame = batch.frames[batch.count++];
            frame = FrameView{};
            frame.number = ++stats_.frames;
            frame.captured_length = 100;
            frame.rejected_by_filter = frame.number % 3 == 0;
            stats_.captured_bytes += 100;
            stats_.bytes_read += 116;
            --left_;
        }
        return batch.count > 0 ? ReadStatus::kFrames : ReadStatus::kEnd;
    }
    const SourceStats& stats() const override { return stats_; }
    const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    std::string format() const override { return "counted"; }
    std::string status_detail() const override { return ""; }

private:
    std::uint64_t left_;
    unsigned calls_ = 0;
    SourceStats stats_;
    std::vector<InterfaceInfo> interfaces_;
};

struct Read {
    std::uint64_t frames = 0;
    ReadStatus end = ReadStatus::kFrames;
};

Read read_all(StoppableSource& source) {
    FrameBatch batch;
    Read read;
    while ((read.end = source.next(batch)) == ReadStatus::kFrames) read.frames += batch.count;
    CHECK(batch.count == 0);
    return read;
}

bool never() {
    return false;
}

}  // namespace

TEST_CASE("a source that nobody stops passes through, idle times included") {
    StoppableSource source(std::make_unique<CountingSource>(25, true), never);
    const Read read = read_all(source);
    CHECK(read.frames == 25);
    CHECK(read.end == ReadStatus::kEnd);
    CHECK(source.stats().frames == 25);
    CHECK(source.format() == "counted");
}

TEST_CASE("stopping a file leaves it truncated, at once") {
    int questions = 0;
    StoppableSource source(std::make_unique<CountingSource>(1000, true), [&] { return ++questions > 2; });
    const Read read = read_all(source);
    CHECK(read.frames == 10);
    CHECK(read.end == ReadStatus::kTruncated);
    CHECK(source.status_detail() == "byte 1160: stopped by a signal");
}

TEST_CASE("stopping a pipe is its end, after what had arrived") {
    StoppableSource source(std::make_unique<CountingSource>(1000, false), [] { return true; });
    const Read read = read_all(source);
    CHECK(read.frames == 10);  // then it is idle
    CHECK(read.end == ReadStatus::kEnd);
    CHECK(source.status_detail().empty());
}

TEST_CASE("a pipe that never runs dry is stopped, too") {
    constexpr std::uint64_t kEndless = std::uint64_t{1} << 40;
    auto inner = std::make_unique<CountingSource>(kEndless, false);
    inner->idle_between = false;
    StoppableSource source(std::move(inner), [] { return true; });
    const Read read = read_all(source);
    CHECK(read.frames > 10'000);
    CHECK(read.frames < 100'000);
    CHECK(read.end == ReadStatus::kEnd);
}

TEST_CASE("the worst exit code wins") {
    CHECK(worse_of(ExitCode::kOk, ExitCode::kIncomplete) == ExitCode::kIncomplete);
    CHECK(worse_of(ExitCode::kIncomplete, ExitCode::kOk) == ExitCode::kIncomplete);
    CHECK(worse_of(ExitCode::kIncomplete, ExitCode::kFailOn) == ExitCode::kIncomplete);
    CHECK(worse_of(ExitCode::kCaptureFailed, ExitCode::kIncomplete) == ExitCode::kCaptureFailed);
    CHECK(worse_of(ExitCode::kNotWritten, ExitCode::kNothingRead) == ExitCode::kNotWritten);
    CHECK(worse_of(ExitCode::kOk, ExitCode::kOk) == ExitCode::kOk);
}

TEST_CASE("inputs keep their order, named or with -r") {
    const Settings settings = settings_of({"a", "-r", "b", "-q", "c", "-r", "-"});
    CHECK(settings.inputs == std::vector<std::string>{"a", "b", "c", "-"});
    CHECK(settings.quiet);
}

TEST_CASE("defaults are those of the library") {
    const Settings settings = settings_of({"a"});
    const AnalyzerOptions defaults;
    CHECK(settings.analyzer.wireshark == defaults.wireshark);
    CHECK(settings.analyzer.segments == defaults.segments);
    CHECK(settings.analyzer.memory_cap == defaults.memory_cap);
    CHECK(settings.analyzer.minimum_probe_silence == defaults.minimum_probe_silence);
    CHECK_FALSE(settings.frame_limit.has_value());
    CHECK(settings.output.empty());
    CHECK(settings.csv.dialect.delimiter == ',');
    CHECK_FALSE(settings.csv.dialect.crlf);
    CHECK_FALSE(settings.csv.dialect.byte_order_mark);
}

TEST_CASE("options reach the settings") {
    const Settings settings = settings_of({"a",          "-f",
                                           "tcp port 1", "-c",
                                           "9",          "-o",
                                           "-",          "--report",
                                           "hosts",      "--segments",
                                           "none",       "--wireshark",
                                           "4.0",        "--delimiter",
                                           ";",          "--bom",
                                           "--crlf",     "--time",
                                           "epoch",      "--memory",
                                           "64MB",       "--min-probe-silence",
                                           "0.75",       "--community-id-seed",
                                           "65535",      "-n",
                                           "-v"});
    CHECK(settings.filter == "tcp port 1");
    CHECK(settings.frame_limit == 9U);
    CHECK(settings.to_standard_output());
    CHECK(settings.report == Report::kHosts);
    CHECK(settings.analyzer.segments == SegmentSelection::kNone);
    CHECK_FALSE(settings.csv.reports[index(Report::kSegments)]);
    CHECK(settings.analyzer.wireshark == WiresharkRelease::k4_0);
    CHECK(settings.csv.dialect.delimiter == ';');
    CHECK(settings.csv.dialect.crlf);
    CHECK(settings.csv.dialect.byte_order_mark);
    CHECK(settings.csv.dialect.time == TimeStyle::kEpoch);
    CHECK(settings.analyzer.memory_cap == std::size_t{64} << 20);
    CHECK(settings.analyzer.minimum_probe_silence == 750 * kMillisecond);
    CHECK(settings.csv.community_id_seed == 65535);
    CHECK(settings.verbose);
}

TEST_CASE("progress: bytes, share, rate and time left") {
    SourceStats stats;
    stats.bytes_read = 1'200'000'000;
    CHECK(progress_text(stats, 2) == "1.2 GB, 600.0 MB/s");
    stats.bytes_total = 4'200'000'000;
    CHECK(progress_text(stats, 2) == "1.2 GB of 4.2 GB (29 %), 600.0 MB/s, 5 s left");
    stats.bytes_total = 120'000'000'000;
    CHECK(progress_text(stats, 2) == "1.2 GB of 120.0 GB (1 %), 600.0 MB/s, 3 min 18 s left");
    stats.bytes_read = 999;
    stats.bytes_total = 999;
    CHECK(progress_text(stats, 0) == "999 B of 999 B (100 %), 0 B/s");
}

TEST_CASE("a shortened source is the same but for the frames that nobody wanted") {
    CountingSource inner(10, false);
    inner.idle_between = false;
    FrameBatch batch;
    REQUIRE(inner.next(batch) == ReadStatus::kFrames);
    const ShortenedSource source(inner, batch.view().subspan(7));
    CHECK(source.stats().frames == 7);
    CHECK(source.stats().captured_bytes == 700);
    CHECK(source.stats().bytes_read == inner.stats().bytes_read);
    CHECK(source.format() == inner.format());
}
