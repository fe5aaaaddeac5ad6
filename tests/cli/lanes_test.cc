// Several inputs read at once: whose frame is next.

#include "cli/live/lanes.h"
#include "support/catch.h"

using namespace deadpeer;
using namespace deadpeer::cli;

namespace {

// Frames of these times, two to a batch.
class TimesSource final : public PacketSource {
public:
    explicit TimesSource(std::vector<Nanoseconds> times) : times_(std::move(times)) {}

    ReadStatus next(FrameBatch& batch) override {
        batch.clear();
        for (; at_ < times_.size() && batch.count < 2; ++at_) batch.frames[batch.count++].time = times_[at_];
        return batch.count > 0 ? ReadStatus::kFrames : ReadStatus::kEnd;
    }
    const SourceStats& stats() const override { return stats_; }
    const std::vector<InterfaceInfo>& interfaces() const override { return interfaces_; }
    std::string format() const override { return ""; }
    std::string status_detail() const override { return ""; }

private:
    std::vector<Nanoseconds> times_;
    std::size_t at_ = 0;
    SourceStats stats_;
    std::vector<InterfaceInfo> interfaces_;
};

// "0:1 1:2": of which lane, when; until that time.
std::string merged(const std::vector<std::vector<Nanoseconds>>& inputs, Nanoseconds until = Lane::kForEver) {
    std::vector<std::unique_ptr<Lane>> lanes;
    for (const auto& times : inputs) {
        auto source = std::make_unique<TimesSource>(times);
        auto lane = std::make_unique<Lane>("", StoppableSource(std::move(source), [] { return false; }));
        lane->set_input(static_cast<std::uint32_t>(lanes.size()));
        REQUIRE(lane->refill());
        lanes.push_back(std::move(lane));
    }
    std::string text;
    for (;;) {
        const Turn turn = next_turn(lanes, until);
        if (turn.place == lanes.size()) return text;
        Lane& lane = *lanes[turn.place];
        const auto frames = lane.frames_until(turn.until);
        REQUIRE_FALSE(frames.empty());
        for (const FrameView& frame : frames) {
            text += std::to_string(lane.input()) + ":";
            text += (frame.time == kNoTime ? "-" : std::to_string(frame.time)) + " ";
        }
        lane.take(frames.size());
        if (lane.frames().empty() && !lane.refill()) {
            lanes.erase(lanes.begin() + static_cast<std::ptrdiff_t>(turn.place));
        }
    }
}

}  // namespace

TEST_CASE("one lane goes through as it is, whatever its times") {
    CHECK(merged({{3, 1, kNoTime, 2}}) == "0:3 0:1 0:- 0:2 ");
}

TEST_CASE("of several lanes the oldest frame is next; of equally old ones the first lane's") {
    CHECK(merged({{1, 3, 5}, {2, 4}}) == "0:1 1:2 0:3 1:4 0:5 ");
    CHECK(merged({{2, 2}, {1, 2, 2}, {2}}) == "1:1 0:2 0:2 1:2 1:2 2:2 ");
}

TEST_CASE("a frame without a time goes with the one before it; without one before it, first") {
    CHECK(merged({{1, kNoTime, 4}, {2, 3}}) == "0:1 0:- 1:2 1:3 0:4 ");
    CHECK(merged({{5}, {kNoTime, 6}}) == "1:- 0:5 1:6 ");
}

TEST_CASE("a lane whose time goes back holds up no other") {
    CHECK(merged({{1, 9, 2, 10}, {3, 4}}) == "0:1 1:3 1:4 0:9 0:2 0:10 ");
}

TEST_CASE("what comes later than asked for waits") {
    CHECK(merged({{1, 3, 5}, {2, 4}}, 3) == "0:1 1:2 0:3 ");
    CHECK(merged({{1, 1}}, 0).empty());
}
