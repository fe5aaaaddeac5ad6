// Capturing from real interfaces in a network namespace.
#include "capture/live/live_capture.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <thread>

#include "capture/link_type.h"
#include "live_lab.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Strings = std::vector<std::string>;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string refusal(const LiveOptions& options) {
    const auto opened = LiveCapture::open(options);
    return opened ? "opened" : opened.error().message;
}

Nanoseconds wall_clock() {
    timespec time = {};
    ::clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec * kSecond + time.tv_nsec;
}

// What a child process, which does this, exits with.
template <typename Do>
int in_child(Do do_it) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(do_it());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("an interface that cannot be captured from is refused with what to try") {
    const NetworkLab lab;
    CHECK_THAT(refusal({.interfaces = {"nowhere"}}),
               ContainsSubstring("there is no interface nowhere; deadpeer -D"));
    NetworkLab::ip("link set dev va down");
    CHECK_THAT(refusal({.interfaces = {"va"}}),
               ContainsSubstring("the interface va is down; bring it up (sudo ip link"));
    NetworkLab::ip("link set dev va up");
    CHECK(refusal({.interfaces = {"va"}}) == "opened");
    CHECK_THAT(refusal({.interfaces = {"va", "nowhere"}}),
               ContainsSubstring("there is no interface nowhere"));
}

TEST_CASE("who may not capture is told how to be allowed to") {
    const NetworkLab lab;
    CHECK(in_child([] {
              constexpr uid_t kNobody = 65'534;
              // In a user namespace of one user dropping to another fails: then nothing is permitted anyway.
              if (::setresuid(kNobody, kNobody, kNobody) != 0) return 0;
              const std::string text = refusal({.interfaces = {"va"}});
              return text.find("no permission to capture from va; use sudo") != std::string::npos &&
                             text.find("setcap cap_net_raw+ep") != std::string::npos
                         ? 0
                         : 1;
          }) == 0);
}

TEST_CASE("wrong options are refused with those that there are") {
    const NetworkLab lab;
    CHECK_THAT(refusal({.interfaces = {"va"}, .filter = "tcp porrt 80"}),
               ContainsSubstring("the filter \"tcp porrt 80\" cannot be used on va: ") &&
                   ContainsSubstring("syntax error"));
    CHECK_THAT(refusal({.interfaces = {"va"}, .link_type = "RAW"}),
               ContainsSubstring("va has no link type RAW; -y may be one of these: EN10MB"));
    CHECK_THAT(
        refusal({.interfaces = {"va"}, .time_stamp_type = "sundial"}),
        ContainsSubstring("va has no time stamps of type sundial; --time-stamp-type may be one of these: "));
    CHECK_THAT(refusal({.interfaces = {"va"}, .time_stamp_type = "adapter_unsynced"}),
               ContainsSubstring("choose another --time-stamp-type"));
    CHECK_THAT(refusal({.interfaces = {"va", "vb", "va"}}),
               ContainsSubstring("-i va would capture the same frames twice"));
    CHECK_THAT(refusal({.interfaces = {"any", "vb"}}),
               ContainsSubstring("any beside other interfaces would capture"));
}

// Where the kernel has no such thing, another sentence says what to try.
TEST_CASE("an interface whose link type has no filter is refused with what to try") {
    const NetworkLab lab;
    const std::string text = refusal({.interfaces = {"nflog"}});
    CHECK_THAT(text, ContainsSubstring("deadpeer -D lists") && !ContainsSubstring("arp or tcp"));
}

TEST_CASE("frames come with their bytes, numbers and times") {
    const NetworkLab lab;
    const Nanoseconds begin = wall_clock();
    const auto capture = open_live({.interfaces = {"va"}});
    const FrameSender vb("vb");
    for (std::uint32_t seq = 1; seq <= 3; ++seq) vb.send(tcp_frame_with(seq));
    const Heard heard = listen(*capture, {.frames = 3});
    CHECK(heard.seqs == std::vector<std::uint32_t>{1, 2, 3});
    Nanoseconds previous = begin;
    for (std::size_t i = 0; i < heard.frames.size(); ++i) {
        const FrameView& frame = heard.frames[i];
        CHECK(frame.number == i + 1);
        CHECK(frame.interface == 0);
        CHECK(frame.link_type == 1);
        CHECK(frame.captured_length == tcp_frame_with(1).size());
        CHECK(frame.time >= previous);
        previous = frame.time;
    }
    CHECK(previous <= wall_clock());
    const bool has_nanoseconds = std::any_of(heard.frames.begin(), heard.frames.end(),
                                             [](const FrameView& frame) { return frame.time % 1'000 != 0; });
    CHECK(has_nanoseconds);

    const PacketSource& input = capture->input(0);
    CHECK(input.format() == "live");
    CHECK(input.stats().frames == 3);
    CHECK(input.stats().captured_bytes == 3 * tcp_frame_with(1).size());
    CHECK(input.stats().dropped_by_capture == 0);
    REQUIRE(input.interfaces().size() == 1);
    CHECK(input.interfaces()[0].name == "va");
    CHECK(input.interfaces()[0].snap_length == 256);
    CHECK(NetworkLab::is_promiscuous("va"));
    CHECK(capture->warnings().empty());
}

TEST_CASE("frames are cut at the snap length, and say how long they were") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}, .snap_length = 40, .promiscuous = false});
    CHECK_FALSE(NetworkLab::is_promiscuous("va"));
    std::vector<std::uint8_t> frame = tcp_frame_with(7);
    frame.resize(1'000);
    FrameSender("vb").send(frame);
    const Heard heard = listen(*capture, {.frames = 1});
    REQUIRE(heard.frames.size() == 1);
    CHECK(heard.frames[0].captured_length == 40);
    CHECK(heard.frames[0].original_length == 1'000);
}

TEST_CASE("tagged frames pass the default filter, and come with their tags") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}});
    const FrameSender vb("vb");
    const std::vector<std::uint8_t> tag = {0x81, 0x00, 0x00, 0x05};
    std::vector<std::uint8_t> two_tags = {0x88, 0xA8, 0x00, 0x05, 0x81, 0x00, 0x00, 0x06};
    vb.send(tcp_frame_with(1));
    vb.send(tcp_frame_with(2, tag));
    vb.send(tcp_frame_with(3, two_tags));
    const Heard heard = listen(*capture, {.frames = 3});
    REQUIRE(heard.frames.size() == 3);
    const std::size_t plain = tcp_frame_with(1).size();
    CHECK(heard.frames[0].captured_length == plain);
    CHECK(heard.frames[1].captured_length == plain + 4);
    CHECK(heard.seqs[1] == 2);
    CHECK(heard.frames[2].captured_length == plain + 8);
}

TEST_CASE("a filter is applied in the kernel") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}, .filter = "tcp[4:4] = 5"});
    const FrameSender vb("vb");
    for (std::uint32_t seq = 1; seq <= 10; ++seq) vb.send(tcp_frame_with(seq));
    const Heard heard = listen(*capture, {.frames = 1});
    CHECK(heard.seqs == std::vector<std::uint32_t>{5});
    CHECK(capture->input(0).stats().frames == 1);
}

TEST_CASE("several interfaces are one capture in time order") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va", "vb"}});
    const FrameSender va("va");
    const FrameSender vb("vb");
    for (std::uint32_t seq = 0; seq < 200; ++seq) (seq % 3 == 0 ? va : vb).send(tcp_frame_with(seq));
    const Heard heard = listen(*capture, {.frames = 400});
    REQUIRE(heard.frames.size() == 400);
    const auto later = [](const FrameView& left, const FrameView& right) { return left.time < right.time; };
    CHECK(std::is_sorted(heard.frames.begin(), heard.frames.end(), later));
    CHECK(std::is_sorted(heard.seqs.begin(), heard.seqs.end()));
    for (const std::size_t input : {0U, 1U}) {
        CHECK(capture->input(input).stats().frames == 200);
        CHECK(capture->input(input).interfaces()[0].name == (input == 0 ? "va" : "vb"));
    }
}

TEST_CASE("an interface that says nothing holds the others up no longer than the kernel may hold frames") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va", "lo"}});
    FrameSender("vb").send(tcp_frame_with(1));
    const Clock::time_point sent = Clock::now();
    CHECK(listen(*capture, {.frames = 1}).seqs == std::vector<std::uint32_t>{1});
    CHECK(Clock::now() - sent < 1s);
}

TEST_CASE("capture time goes on while nothing comes, and never past a frame to come") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}});
    const FrameSender vb("vb");
    FrameBatch batch;
    Nanoseconds now = capture->now();
    for (int i = 0; i < 20; ++i) {
        if (i % 4 == 3) vb.send(tcp_frame_with(1));
        const Nanoseconds promised = capture->now();
        capture->next(batch, 40ms);
        for (const FrameView& frame : batch.view()) CHECK(frame.time >= promised);
        CHECK(capture->now() >= now);
        now = capture->now();
    }
    CHECK(now <= wall_clock());
    CHECK(now >= wall_clock() - std::chrono::nanoseconds(2 * LiveCapture::now_lags_by()).count());
}

TEST_CASE("who waits until a deadline finds that it is reached") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}});
    FrameBatch batch;
    for (const auto wait : {0ms, 1ms, 30ms, 300ms}) {
        capture->next(batch, 0ms);
        const Nanoseconds deadline = capture->now() + std::chrono::nanoseconds(wait).count();
        CHECK(capture->next(batch, wait) == ReadStatus::kIdle);
        CHECK(capture->now() >= deadline);
        CHECK(capture->now() < deadline + kSecond);
    }
}

TEST_CASE("a wait can be ended by another thread") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}});
    FrameBatch batch;
    const Clock::time_point start = Clock::now();
    std::thread waker([&] {
        std::this_thread::sleep_for(50ms);
        capture->wake();
    });
    CHECK(capture->next(batch, 10s) == ReadStatus::kIdle);
    waker.join();
    CHECK(Clock::now() - start < 5s);
    // A call before the wait counts, too, and only once.
    capture->wake();
    CHECK(capture->next(batch, 10s) == ReadStatus::kIdle);
    CHECK(Clock::now() - start < 5s);
    const Clock::time_point again = Clock::now();
    CHECK(capture->next(batch, 100ms) == ReadStatus::kIdle);
    CHECK(Clock::now() - again >= 100ms);
}

TEST_CASE("waiting costs next to nothing") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va", "lo"}});
    FrameBatch batch;
    const std::clock_t before = std::clock();
    CHECK(capture->next(batch, 1'500ms) == ReadStatus::kIdle);
    const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    CHECK(seconds < 0.015);
}

TEST_CASE("what was captured before the stop is handed out") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}});
    FrameSender("vb").send(tcp_frame_with(1), 1'000);
    capture->stop();
    const Clock::time_point stopped = Clock::now();
    const Heard heard = listen(*capture, {});
    CHECK(heard.status == ReadStatus::kEnd);
    CHECK(heard.frames.size() == 1'000);
    CHECK(Clock::now() - stopped < 1s);
    FrameBatch batch;
    CHECK(capture->next(batch, 0ms) == ReadStatus::kEnd);
}

TEST_CASE("any captures from all interfaces") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"any"}});
    CHECK(link_type_name(capture->input(0).interfaces()[0].link_type) == "LINUX_SLL2");
    FrameSender("vb").send(tcp_frame_with(1), 5);
    CHECK(listen(*capture, {.frames = 10}).frames.size() == 10);  // out of one, into the other
    const auto older = open_live({.interfaces = {"any"}, .link_type = "LINUX_SLL"});
    CHECK(older->input(0).interfaces()[0].link_type == 113);
}

TEST_CASE("200,000 packets at full rate are captured without a drop") {
    const NetworkLab lab;
    constexpr std::size_t kPackets = 200'000;
    const auto capture = open_live({.interfaces = {"va"}});
    const Clock::time_point start = Clock::now();
    Clock::time_point sent = start;
    std::thread blaster([&] {
        FrameSender("vb").send(tcp_frame_with(1), kPackets);
        sent = Clock::now();
    });
    std::size_t frames = 0;
    std::uint64_t lost = 0;
    FrameBatch batch;
    while (frames + lost < kPackets && Clock::now() - start < 20s) {
        capture->next(batch, 100ms);
        frames += batch.count;
        while (const auto event = capture->take_event()) lost += event->count;
    }
    blaster.join();
    const double seconds = std::chrono::duration<double>(sent - start).count();
    WARN("sent at " << static_cast<int>(static_cast<double>(kPackets) / seconds) << " packets a second");
    CHECK(frames == kPackets);
    CHECK(lost == 0);
    CHECK(capture->input(0).stats().dropped_by_capture == 0);
}

TEST_CASE("frames that the ring had no room for are counted and told") {
    const NetworkLab lab;
    constexpr std::size_t kPackets = 50'000;
    const auto capture = open_live({.interfaces = {"va"}, .buffer_bytes = 1024 * 1024});
    const Nanoseconds before = wall_clock();
    FrameSender("vb").send(tcp_frame_with(1), kPackets);
    const Nanoseconds after = wall_clock();
    const Heard heard = listen(*capture, {.time = 1s});
    const auto lost = capture->input(0).stats().dropped_by_capture.value();
    CHECK(lost > 0);
    CHECK(heard.frames.size() + lost == kPackets);
    REQUIRE(heard.events == Strings{"va frames_lost"});
    const LinkEvent& event = heard.all_events[0];
    CHECK(event.is_gap());
    CHECK(event.count == lost);
    CHECK(event.from <= before);
    CHECK(event.to >= after);
}

TEST_CASE("who is busy can have the rings emptied meanwhile") {
    const NetworkLab lab;
    constexpr std::size_t kPackets = 40'000;
    const auto capture = open_live({.interfaces = {"va"}, .buffer_bytes = 8 * 1024 * 1024});
    const FrameSender vb("vb");
    // Together more than the ring holds.
    for (int i = 0; i < 2; ++i) {
        vb.send(tcp_frame_with(1), kPackets / 2);
        std::this_thread::sleep_for(300ms);
        capture->drain();
    }
    vb.send(tcp_frame_with(1), kPackets / 2);
    const Heard heard = listen(*capture, {.frames = 3 * kPackets / 2});
    CHECK(heard.frames.size() == 3 * kPackets / 2);
    CHECK(heard.events.empty());
}

}  // namespace
}  // namespace deadpeer::test
