// Capture time: steps of the wall clock are left out, what is adjusted little by little is followed.
#include "capture/live/live_clock.h"

#include "support/catch.h"

namespace deadpeer::capture {
namespace {

constexpr Nanoseconds kStart = 1'790'000'000 * kSecond;
constexpr Nanoseconds kBoot = 5'000 * kSecond;  // monotonic time at the start
constexpr Nanoseconds kDay = 86'400 * kSecond;

// The two clocks of a machine, to be turned by hand.
struct Machine {
    ClockReading clocks{kStart, kBoot};

    void pass(Nanoseconds time) {
        clocks.wall += time;
        clocks.monotonic += time;
    }
    void set(Nanoseconds by) { clocks.wall += by; }
};

TEST_CASE("without a step capture time is the wall clock's") {
    Machine machine;
    LiveClock clock(machine.clocks);
    CHECK(clock.now() == kStart);
    machine.pass(3 * kSecond);
    CHECK(clock.observe(machine.clocks) == std::nullopt);
    CHECK(clock.now() == kStart + 3 * kSecond);
    CHECK(clock.of_stamp(kStart + kSecond) == kStart + kSecond);
    CHECK(clock.of_stamp(kStart - kDay) == kStart - kDay);
}

TEST_CASE("a step of the wall clock moves no capture time") {
    for (const Nanoseconds step : {kDay, -kDay, kSecond, -kSecond, 101 * kMillisecond, -101 * kMillisecond}) {
        CAPTURE(step);
        Machine machine;
        LiveClock clock(machine.clocks);
        machine.pass(kSecond);
        clock.observe(machine.clocks);
        machine.set(step);
        machine.pass(20 * kMillisecond);
        CHECK(clock.observe(machine.clocks) == step);
        CHECK(clock.now() == kStart + 1'020 * kMillisecond);
        CHECK(clock.of_stamp(machine.clocks.wall) == clock.now());
        machine.pass(kSecond);
        CHECK(clock.observe(machine.clocks) == std::nullopt);
        CHECK(clock.now() == kStart + 2'020 * kMillisecond);
        CHECK(clock.of_stamp(machine.clocks.wall) == clock.now());
    }
}

TEST_CASE("frames stamped before a step that is known keep their time") {
    for (const Nanoseconds step : {kDay, -kDay, 2 * kSecond, -2 * kSecond}) {
        CAPTURE(step);
        Machine machine;
        LiveClock clock(machine.clocks);
        machine.pass(10 * kSecond);
        clock.observe(machine.clocks);
        machine.pass(100 * kMillisecond);
        const Nanoseconds before = machine.clocks.wall;
        machine.set(step);
        machine.pass(100 * kMillisecond);
        const Nanoseconds after = machine.clocks.wall;
        clock.observe(machine.clocks);
        CHECK(clock.of_stamp(before - kSecond) == kStart + 9'100 * kMillisecond);
        CHECK(clock.of_stamp(before) == kStart + 10'100 * kMillisecond);
        CHECK(clock.of_stamp(after) == kStart + 10'200 * kMillisecond);
    }
}

TEST_CASE("a stamp from after a step that was not observed yet does not fit") {
    Machine machine;
    LiveClock clock(machine.clocks);
    machine.pass(kSecond);
    clock.observe(machine.clocks);
    CHECK(clock.fits(machine.clocks.wall));
    CHECK(clock.fits(machine.clocks.wall + 100 * kMillisecond));
    CHECK_FALSE(clock.fits(machine.clocks.wall + 101 * kMillisecond));
    machine.set(kDay);
    CHECK_FALSE(clock.fits(machine.clocks.wall));
    clock.observe(machine.clocks);
    CHECK(clock.fits(machine.clocks.wall));
    // Set back, it looks like a frame of long ago, which it may be.
    machine.set(-kDay);
    clock.observe(machine.clocks);
    CHECK(clock.of_stamp(machine.clocks.wall) == clock.now());
}

TEST_CASE("steps add up") {
    Machine machine;
    LiveClock clock(machine.clocks);
    for (const Nanoseconds step : {kDay, -2 * kDay, 5 * kSecond, kDay}) {
        machine.set(step);
        machine.pass(kSecond);
        CHECK(clock.observe(machine.clocks) == step);
    }
    CHECK(clock.now() == kStart + 4 * kSecond);
    CHECK(clock.of_stamp(machine.clocks.wall) == kStart + 4 * kSecond);
}

TEST_CASE("what is adjusted little by little is followed, and never goes back") {
    Machine machine;
    LiveClock clock(machine.clocks);
    for (int i = 0; i < 100; ++i) {
        machine.pass(kSecond);
        machine.set(50 * kMillisecond);
        CHECK(clock.observe(machine.clocks) == std::nullopt);
        CHECK(clock.now() == machine.clocks.wall);
    }
    const Nanoseconds reached = clock.now();
    machine.set(-100 * kMillisecond);
    CHECK(clock.observe(machine.clocks) == std::nullopt);
    CHECK(clock.now() == reached);
    machine.pass(kSecond);
    clock.observe(machine.clocks);
    CHECK(clock.now() == reached + 900 * kMillisecond);
}

}  // namespace
}  // namespace deadpeer::capture
