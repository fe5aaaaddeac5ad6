// Capture time of a pipe: what is on its way is waited for, and clocks that are set move nothing.
#include "capture/file/stream_clock.h"

#include "support/catch.h"

namespace deadpeer::capture {
namespace {

constexpr Nanoseconds kStart = 1'790'000'000 * kSecond;
constexpr Nanoseconds kBoot = 5'000 * kSecond;  // monotonic time at the start
constexpr Nanoseconds kDay = 86'400 * kSecond;

// A machine that captures, and a pipe that brings what it captured.
struct Pipe {
    StreamClock clock;
    Nanoseconds now = 0;   // since the start
    Nanoseconds set = 0;   // the machine's clock, by so much
    Nanoseconds read = 0;  // when the pipe was empty last

    // Until then nothing comes.
    void quiet_until(Nanoseconds time) {
        clock.was_empty(kBoot + read, kBoot + time);
        now = read = time;
    }
    // A frame that was captured so long ago; its capture time, since the start.
    Nanoseconds frame(Nanoseconds ago = 0) { return frame_at(now - ago); }
    Nanoseconds frame_at(Nanoseconds captured) {
        return clock.of_stamp(kStart + set + captured, kBoot + now) - kStart;
    }
    [[nodiscard]] Nanoseconds complete_until() const { return clock.complete_until() - kStart; }
};

TEST_CASE("a capture is live if its first frame is from now, give or take five seconds") {
    CHECK(is_now(kStart, kStart));
    CHECK(is_now(kStart - 5 * kSecond, kStart));
    CHECK(is_now(kStart + 5 * kSecond, kStart));
    CHECK_FALSE(is_now(kStart - 5 * kSecond - 1, kStart));
    CHECK_FALSE(is_now(kStart + 5 * kSecond + 1, kStart));
    CHECK_FALSE(is_now(kNoTime, kStart));
    CHECK_FALSE(is_now(kEarliestTime, kStart));
    CHECK_FALSE(is_now(kLatestTime, kStart));
}

TEST_CASE("time passes with the clock while nothing comes, half a second behind") {
    Pipe pipe;
    CHECK(pipe.clock.complete_until() == kNoTime);
    CHECK(pipe.frame() == 0);
    for (const Nanoseconds time : {kSecond, 2 * kSecond, kDay}) {
        pipe.quiet_until(time);
        CHECK(pipe.complete_until() == time - StreamClock::kMargin);
        CHECK(pipe.clock.now(kBoot + time) == kStart + time);
    }
}

TEST_CASE("it makes no difference by how much the clock of the frames is wrong") {
    for (const Nanoseconds wrong : {-kDay, -kSecond, kSecond, kDay}) {
        Pipe pipe;
        pipe.set = wrong;
        CHECK(pipe.frame() == wrong);
        pipe.quiet_until(3 * kSecond);
        CHECK(pipe.complete_until() == wrong + 3 * kSecond - StreamClock::kMargin);
        CHECK_FALSE(pipe.clock.take_step().has_value());
    }
}

TEST_CASE("frames that take longer hold time back, for two windows at most") {
    Pipe pipe;
    pipe.frame();
    pipe.quiet_until(10 * kSecond);
    pipe.frame(2 * kSecond);
    CHECK(pipe.complete_until() == 8 * kSecond - StreamClock::kMargin);
    pipe.quiet_until(20 * kSecond);
    CHECK(pipe.complete_until() == 18 * kSecond - StreamClock::kMargin);
    pipe.quiet_until(1000 * kSecond);  // silence tells nothing new
    CHECK(pipe.complete_until() == 998 * kSecond - StreamClock::kMargin);
    pipe.frame();  // the next window begins
    pipe.quiet_until(1060 * kSecond - 1);
    CHECK(pipe.complete_until() == 1058 * kSecond - 1 - StreamClock::kMargin);
    pipe.quiet_until(1060 * kSecond);
    pipe.frame();  // and the next
    pipe.quiet_until(1061 * kSecond);
    CHECK(pipe.complete_until() == 1061 * kSecond - StreamClock::kMargin);
}

TEST_CASE("a pipe that stalled and goes on: time stands until the late frames are there") {
    Pipe pipe;
    pipe.frame();
    pipe.quiet_until(30 * kSecond);  // frames of all that time are on their way
    for (int late = 30; late > 0; late -= 3) {
        CHECK(pipe.frame(late * kSecond) == (30 - late) * kSecond);
        CHECK(pipe.complete_until() <= (30 - late) * kSecond);
    }
    CHECK_FALSE(pipe.clock.take_step().has_value());
}

TEST_CASE("who reads late is not to blame on the pipe") {
    Pipe pipe;
    pipe.frame();
    pipe.quiet_until(kSecond);
    pipe.now = 20 * kSecond;  // the reader was busy meanwhile
    for (int captured = 2; captured < 20; ++captured) pipe.frame_at(captured * kSecond);
    pipe.read = pipe.now;
    pipe.quiet_until(21 * kSecond);
    CHECK(pipe.complete_until() == 21 * kSecond - StreamClock::kMargin);
}

TEST_CASE("a stream that is never empty goes on with its frames") {
    Pipe pipe;
    for (int i = 0; i < 100; ++i) pipe.frame_at(i * kSecond);
    CHECK(pipe.complete_until() == 99 * kSecond - StreamClock::kLargestDisorder);
}

TEST_CASE("what waited before the first look is only found to be newer") {
    Pipe pipe;
    CHECK(pipe.frame(kDay) == -kDay);
    CHECK(pipe.frame(kDay / 2) == -kDay / 2);
    pipe.quiet_until(StreamClock::kSettled - 1);  // a writer that was slow for a moment
    CHECK(pipe.frame() == pipe.now);
    CHECK_FALSE(pipe.clock.take_step().has_value());
    pipe.quiet_until(2 * kSecond);
    CHECK(pipe.complete_until() == 2 * kSecond - StreamClock::kMargin);
}

TEST_CASE("a clock that is set moves no capture time") {
    for (const Nanoseconds step :
         {kDay, -kDay, StreamClock::kLargestAdvance + 1, -StreamClock::kLargestDisorder - 1}) {
        CAPTURE(step);
        Pipe pipe;
        pipe.frame();
        pipe.quiet_until(10 * kSecond);
        pipe.frame();
        pipe.set = step;
        CHECK(pipe.frame() == 10 * kSecond);
        CHECK(pipe.clock.take_step() == step);
        CHECK_FALSE(pipe.clock.take_step().has_value());
        pipe.quiet_until(20 * kSecond);
        CHECK(pipe.frame() == 20 * kSecond);
        CHECK(pipe.complete_until() == 20 * kSecond - StreamClock::kMargin);
        if (step == -StreamClock::kLargestDisorder - 1) continue;  // back is a small step
        pipe.set = 0;
        CHECK(pipe.frame() == 20 * kSecond);
        CHECK(pipe.clock.take_step() == -step);
    }
}

TEST_CASE("small steps are disorder, or a shorter way") {
    for (const Nanoseconds step : {StreamClock::kLargestAdvance, -StreamClock::kLargestDisorder}) {
        CAPTURE(step);
        Pipe pipe;
        pipe.frame();
        pipe.quiet_until(10 * kSecond);
        pipe.frame();
        pipe.set = step;
        CHECK(pipe.frame() == 10 * kSecond + step);
        CHECK_FALSE(pipe.clock.take_step().has_value());
    }
}

TEST_CASE("the wildest stamps fit") {
    Pipe pipe;
    pipe.frame();
    for (int i = 1; i < 10; ++i) {
        pipe.quiet_until(i * kSecond);
        for (const Nanoseconds wild : {kLatestTime, kEarliestTime, kLatestTime, Nanoseconds{0}, kStart}) {
            CHECK(pipe.clock.of_stamp(wild, kBoot + pipe.now) == kStart + pipe.now);
        }
    }
    StreamClock late;
    CHECK(late.of_stamp(kLatestTime, kBoot) == kLatestTime);
    CHECK(late.of_stamp(kEarliestTime, kBoot) == kLatestTime);
    CHECK(late.of_stamp(kLatestTime, kBoot + kDay) == kLatestTime);
    CHECK(late.of_stamp(0, kBoot + kDay) == kLatestTime);
    StreamClock early;
    CHECK(early.of_stamp(kEarliestTime, kBoot) == kEarliestTime);
    CHECK(early.of_stamp(kLatestTime, kBoot) == kLatestTime);
}

}  // namespace
}  // namespace deadpeer::capture
