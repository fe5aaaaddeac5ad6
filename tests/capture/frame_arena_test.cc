// Frames in an arena, and the merging of several.
#include "capture/frame_arena.h"

#include <deque>
#include <random>
#include <string>
#include <vector>

#include "capture/frame_merge.h"
#include "support/catch.h"

namespace deadpeer::capture {
namespace {

FrameView frame_of(const std::string& bytes, Nanoseconds time, std::uint32_t interface = 0) {
    FrameView frame;
    frame.data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    frame.captured_length = static_cast<std::uint32_t>(bytes.size());
    frame.original_length = frame.captured_length + 1;
    frame.time = time;
    frame.interface = interface;
    return frame;
}

std::string text_of(const FrameView& frame) {
    return {reinterpret_cast<const char*>(frame.data), frame.captured_length};
}

TEST_CASE("an arena gives back what was put in, in order, however often it goes around its memory") {
    constexpr std::uint32_t kLongest = 100;
    FrameArena arena(1'000, kLongest);
    std::mt19937 random(1);
    std::deque<std::string> inside;
    std::vector<std::pair<FrameView, std::string>> taken;
    Nanoseconds pushed = 0;
    Nanoseconds took = 0;
    for (int i = 0; i < 100'000; ++i) {
        const auto dice = random() % 8;
        if (dice < 4 && arena.room() > 0) {
            inside.emplace_back(random() % (kLongest + 1), static_cast<char>('a' + pushed % 26));
            arena.push(frame_of(inside.back(), ++pushed));
        } else if (dice < 7 && !arena.empty()) {
            REQUIRE(arena.front_time() == took + 1);
            const FrameView frame = arena.take();
            REQUIRE(frame.time == ++took);
            REQUIRE(frame.original_length == inside.front().size() + 1);
            taken.emplace_back(frame, inside.front());
            inside.pop_front();
        } else {
            // What was taken stays until it is released, whatever was put in since.
            for (const auto& [frame, text] : taken) REQUIRE(text_of(frame) == text);
            taken.clear();
            arena.release();
        }
        REQUIRE(arena.empty() == inside.empty());
    }
    CHECK(pushed > 10'000);
}

TEST_CASE("an arena has room for as many frames as it says, and says so again when they are released") {
    FrameArena arena(64 * 1024, 256);
    const std::size_t room = arena.room();
    CHECK(room > 200);
    const std::string longest(256, 'x');
    for (std::size_t i = room; i > 0; --i) {
        REQUIRE(arena.room() >= i);
        arena.push(frame_of(longest, 1));
    }
    CHECK(arena.room() <= 1);
    while (!arena.empty()) CHECK(text_of(arena.take()) == longest);
    CHECK(arena.room() <= 1);
    arena.release();
    CHECK(arena.room() == room);
}

TEST_CASE("an arena is never too small for one frame, and cuts what is longer than the longest") {
    FrameArena arena(1, 262'144);
    REQUIRE(arena.room() >= 1);
    arena.push(frame_of(std::string(300'000, 'y'), 5));
    const FrameView frame = arena.take();
    CHECK(text_of(frame) == std::string(262'144, 'y'));
    CHECK(frame.original_length == 300'001);
}

// Lanes of which the frames' times are given; batches as text: "0: 1 2 | 1: 3".
class Lanes {
public:
    explicit Lanes(const std::vector<std::vector<Nanoseconds>>& times,
                   const std::vector<Nanoseconds>& complete) {
        for (std::uint32_t i = 0; i < times.size(); ++i) {
            FrameArena& arena = arenas_.emplace_back(100'000, 64);
            for (const Nanoseconds time : times[i]) arena.push(frame_of("x", time, i));
            lanes_.push_back({&arena, complete[i]});
        }
    }
    std::string batches() {
        std::string text;
        FrameBatch batch;
        while (take_in_time_order(lanes_, batch)) {
            text += (text.empty() ? "" : " | ") + std::to_string(batch.frames[0].interface) + ":";
            for (const FrameView& frame : batch.view()) text += " " + std::to_string(frame.time);
            batch.clear();
        }
        return text;
    }
    Nanoseconds until() { return taken_until(lanes_); }

private:
    std::deque<FrameArena> arenas_;
    std::vector<Lane> lanes_;
};

TEST_CASE("frames of one lane need not wait") {
    Lanes lanes({{5, 6, 9}}, {7});
    CHECK(lanes.until() == 5);
    CHECK(lanes.batches() == "0: 5 6 9");
    CHECK(lanes.until() == 7);
}

TEST_CASE("frames of several lanes come in time order") {
    Lanes lanes({{1, 2, 5, 9}, {3, 4, 6}, {5}}, {10, 10, 10});
    CHECK(lanes.until() == 1);
    CHECK(lanes.batches() == "0: 1 2 | 1: 3 4 | 0: 5 | 2: 5 | 1: 6 | 0: 9");
    CHECK(lanes.until() == 10);
}

TEST_CASE("a frame waits until no lane can get an older one") {
    Lanes lanes({{1, 5, 8}, {}}, {9, 5});
    CHECK(lanes.batches() == "0: 1 5");
    CHECK(lanes.until() == 5);
    Lanes one_before({{1, 5, 8}, {}}, {9, 4});
    CHECK(one_before.batches() == "0: 1");
    CHECK(one_before.until() == 4);
}

TEST_CASE("a lane that ended holds nobody up") {
    Lanes lanes({{1, 5}, {}}, {6, Lane::kForEver});
    CHECK(lanes.batches() == "0: 1 5");
    CHECK(lanes.until() == 6);
}

TEST_CASE("a batch is never longer than it may be") {
    Lanes lanes({std::vector<Nanoseconds>(FrameBatch::kCapacity + 1, 3)}, {4});
    const std::string text = lanes.batches();
    CHECK(std::count(text.begin(), text.end(), '3') == FrameBatch::kCapacity + 1);
    CHECK(std::count(text.begin(), text.end(), '|') == 1);
}

}  // namespace
}  // namespace deadpeer::capture
