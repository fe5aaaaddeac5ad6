// ReadAhead: what the source does, in order, whichever thread asks it.

#include "cli/read_ahead.h"
#include "support/catch.h"
#include "support/recording_sink.h"

using namespace deadpeer;
using namespace deadpeer::cli;

namespace {

constexpr std::uint64_t kLarge = std::uint64_t{64} << 20;

// Frames of one byte, their number, of which the source keeps one batch only; then it ends, or throws.
class NumberSource final : public PacketSource {
public:
    NumberSource(std::uint64_t batches, std::uint64_t size, bool throws) : left_(batches), throws_(throws) {
        stats_.bytes_total = size;
    }

    ReadStatus next(FrameBatch& batch) override {
        batch.clear();
        bytes_.fill(0xff);
        if (left_ == 0 && throws_) throw std::runtime_error("thrown by the source");
        if (left_ == 0) return ReadStatus::kTruncated;
        --left_;
        for (batch.count = 0; batch.count < 3; ++batch.count) {
            FrameView& frame = batch.frames[batch.count];
            frame = FrameView{};
            frame.number = ++stats_.frames;
            bytes_[batch.count] = static_cast<std::uint8_t>(frame.number);
            frame.data = &bytes_[batch.count];
            frame.captured_length = 1;
        }
        return ReadStatus::kFrames;
    }
    const SourceStats& stats() const override { return stats_; }
    const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    std::string format() const override { return "numbers"; }
    std::string status_detail() const override { return "cut"; }

private:
    std::uint64_t left_;
    bool throws_;
    std::array<std::uint8_t, 3> bytes_{};
    SourceStats stats_;
    std::vector<InterfaceInfo> interfaces_;
};

StoppableSource numbers(std::uint64_t batches, std::uint64_t size = kLarge, bool throws = false) {
    return {std::make_unique<NumberSource>(batches, size, throws), [] { return false; }};
}

struct Taken {
    std::uint64_t frames = 0;
    bool in_order = true;
    bool decoded = true;
};

// Until the end, which is left in `ahead`.
Taken take_all(ReadAhead& ahead) {
    Taken taken;
    for (const ReadAhead::Batch* batch = &ahead.next(); batch->status == ReadStatus::kFrames;
         batch = &ahead.next()) {
        taken.decoded = taken.decoded && batch->decoded;
        for (const FrameView& frame : batch->frames.view()) {
            ++taken.frames;
            taken.in_order = taken.in_order && frame.number == taken.frames &&
                             frame.data[0] == static_cast<std::uint8_t>(frame.number);
        }
        taken.in_order = taken.in_order && batch->stats.frames == taken.frames;
    }
    return taken;
}

}  // namespace

TEST_CASE("what is read ahead comes in order, with its bytes, and then the end") {
    test::RecordingSink sink;
    const Analyzer analyzer({}, sink);
    ReadAhead ahead(numbers(10'000), &analyzer);
    const Taken taken = take_all(ahead);
    CHECK(taken.frames == 30'000);
    CHECK(taken.in_order);
    CHECK(taken.decoded);
    CHECK(ahead.source().stats().frames == 30'000);
    CHECK(ahead.source().status_detail() == "cut");
}

TEST_CASE("small inputs, and those of nobody, are read when they are asked for") {
    test::RecordingSink sink;
    const Analyzer analyzer({}, sink);
    ReadAhead small(numbers(100, 1'000), &analyzer);
    ReadAhead of_nobody(numbers(100), nullptr);
    for (ReadAhead* const input : {&small, &of_nobody}) {
        CHECK(input->source().stats().frames == 0);
        CHECK_FALSE(input->next().decoded);
        CHECK(input->source().stats().frames == 3);
    }
}

TEST_CASE("what the source throws is thrown where its frames would have come") {
    test::RecordingSink sink;
    const Analyzer analyzer({}, sink);
    ReadAhead ahead(numbers(20, kLarge, true), &analyzer);
    for (int batch = 0; batch < 20; ++batch) CHECK(ahead.next().frames.count == 3);
    CHECK_THROWS_WITH(ahead.next(), "thrown by the source");
}

TEST_CASE("an input can be left at any time") {
    test::RecordingSink sink;
    const Analyzer analyzer({}, sink);
    for (int taken = 0; taken < 40; ++taken) {
        ReadAhead ahead(numbers(1'000'000), &analyzer);
        for (int batch = 0; batch < taken; ++batch) ahead.next();
        if (taken % 2 == 0) ahead.end();
    }
}
