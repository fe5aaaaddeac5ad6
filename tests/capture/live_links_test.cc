// Interfaces that go down, are renamed, removed, moved or made again while they are captured from.
#include <net/if.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "live_lab.h"
#include "report/temporary_folder.h"
#include "support/catch.h"

namespace deadpeer::test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Seqs = std::vector<std::uint32_t>;
using Strings = std::vector<std::string>;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using capture::Followed;

void send(std::uint32_t seq) {
    NetworkLab::wait_for_cable("vb");
    FrameSender("vb").send(tcp_frame_with(seq));
}

TEST_CASE("an interface that goes down and up again is captured from again") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}});
    for (std::uint32_t round = 1; round <= 3; ++round) {
        CAPTURE(round);
        NetworkLab::ip("link set dev va down");
        const Heard down = listen(*capture, {.events = 1});
        REQUIRE(down.events == Strings{"va down"});
        CHECK(capture->blind_since(0) == down.all_events[0].from);
        std::this_thread::sleep_for(100ms);
        NetworkLab::ip("link set dev va up");
        send(round);
        const Heard up = listen(*capture, {.frames = 1, .events = 1});
        REQUIRE(up.events == Strings{"va up"});
        CHECK(up.all_events[0].is_gap());
        CHECK(up.all_events[0].from == down.all_events[0].from);
        CHECK(up.all_events[0].to >= up.all_events[0].from + 100 * kMillisecond);
        CHECK(up.seqs == Seqs{round});
        CHECK(up.frames[0].time > up.all_events[0].from);
        CHECK(capture->blind_since(0) == std::nullopt);
    }
}

TEST_CASE("a cable that is pulled is a gap, too") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}});
    NetworkLab::ip("link set dev vb down");
    CHECK(listen(*capture, {.events = 1}).events == Strings{"va down"});
    NetworkLab::ip("link set dev vb up");
    CHECK(listen(*capture, {.events = 1}).events == Strings{"va up"});
}

TEST_CASE("an interface that has no cable at the start is waited for without a word from libpcap") {
    const NetworkLab lab;
    NetworkLab::ip("link set dev vb down");
    const auto capture = open_live({.interfaces = {"va"}});
    CHECK(capture->blind_since(0).has_value());
    NetworkLab::ip("link set dev vb up");
    send(4);
    const Heard heard = listen(*capture, {.frames = 1, .events = 2});
    CHECK(heard.events == Strings{"va down", "va up"});
    CHECK(heard.seqs == Seqs{4});
}

TEST_CASE("a removed interface ends the capture, after the frames that came before") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}});
    FrameSender("vb").send(tcp_frame_with(9), 1'000);
    const Clock::time_point removed = Clock::now();
    NetworkLab::ip("link delete dev va");
    const Heard heard = listen(*capture, {});
    CHECK(heard.status == ReadStatus::kFailed);
    const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - removed);
    WARN("kFailed " << taken.count() << " ms after the removal began");
    CHECK(taken < 2s);
    CHECK(heard.frames.size() == 1'000);
    REQUIRE(!heard.events.empty());
    CHECK(heard.events.back() == "va removed");
    CHECK(capture->input(0).status_detail() ==
          "the interface was removed, or moved to another network namespace");
    FrameBatch batch;
    CHECK(capture->next(batch, 10s) == ReadStatus::kFailed);
}

TEST_CASE("an interface that is moved to another namespace ends the capture") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}});
    const pid_t other = ::fork();
    if (other == 0) {
        const bool moved = ::unshare(CLONE_NEWNET) == 0;
        if (moved) ::pause();
        ::_exit(1);
    }
    const std::string mine = std::filesystem::read_symlink("/proc/self/ns/net");
    const std::string its_space = "/proc/" + std::to_string(other) + "/ns/net";
    for (int i = 0; i < 500 && std::filesystem::read_symlink(its_space) == mine; ++i) {
        std::this_thread::sleep_for(10ms);
    }
    const Clock::time_point start = Clock::now();
    NetworkLab::ip("link set dev va netns " + std::to_string(other));
    const Heard heard = listen(*capture, {});
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);
    CHECK(heard.status == ReadStatus::kFailed);
    CHECK(Clock::now() - start < 2s);
    REQUIRE(!heard.events.empty());
    CHECK(heard.events.back() == "va removed");
}

TEST_CASE("the others go on when one of several interfaces is removed") {
    const NetworkLab lab;
    NetworkLab::add_pair("vc", "vd");
    const auto capture = open_live({.interfaces = {"vc", "va"}});
    NetworkLab::ip("link delete dev vc");
    send(1);
    send(2);
    const Heard heard = listen(*capture, {.frames = 2, .events = 1});
    CHECK(heard.seqs == Seqs{1, 2});
    CHECK(heard.frames[0].interface == 1);
    CHECK(heard.events.back() == "vc removed");
    CHECK(capture->blind_since(0).has_value());
    CHECK(capture->blind_since(1) == std::nullopt);
    NetworkLab::ip("link delete dev va");
    CHECK(listen(*capture, {}).status == ReadStatus::kFailed);
}

TEST_CASE("a renamed interface is captured from under its new name") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}});
    NetworkLab::ip("link set dev va down");
    NetworkLab::ip("link set dev va name uplink");
    NetworkLab::ip("link set dev uplink up");
    send(6);
    const Heard heard = listen(*capture, {.frames = 1, .events = 3});
    CHECK(heard.events == Strings{"va down", "uplink renamed", "uplink up"});
    CHECK(heard.all_events[1].detail == "va");
    CHECK(heard.seqs == Seqs{6});
    CHECK(capture->input(0).interfaces()[0].name == "uplink");
    CHECK(capture->input(0).stats().frames == 1);
}

TEST_CASE("an interface that is waited for is captured from again, each time that it returns") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}, .wait_for_interface = true});
    send(1);
    CHECK(listen(*capture, {.frames = 1}).seqs == Seqs{1});
    for (std::uint32_t round = 2; round <= 3; ++round) {
        CAPTURE(round);
        NetworkLab::ip("link delete dev va");
        const Heard gone = listen(*capture, {.time = 700ms});
        CHECK(gone.status == ReadStatus::kIdle);
        REQUIRE(!gone.events.empty());
        CHECK(gone.events.back() == "va removed");
        CHECK(capture->blind_since(0).has_value());
        NetworkLab::add_pair();
        const Heard back = listen(*capture, {.events = 1});
        REQUIRE(back.events == Strings{"va returned"});
        CHECK(back.all_events[0].is_gap());
        CHECK(back.all_events[0].from <= gone.all_events.back().from);
        CHECK(capture->blind_since(0) == std::nullopt);
        CHECK(NetworkLab::is_promiscuous("va"));
        for (int i = 0; i < 3; ++i) send(round);
        CHECK(listen(*capture, {.frames = 3}).seqs == Seqs(3, round));
    }
    CHECK(capture->input(0).stats().frames == 7);
    CHECK(capture->input(0).stats().dropped_by_capture == 0);
}

TEST_CASE("going on after a return takes no right, no new descriptor and no file") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}, .wait_for_interface = true});
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr uid_t kNobody = 65'534;
        const rlimit none = {0, 0};
        const bool dropped = ::setresuid(kNobody, kNobody, kNobody) == 0 || ::geteuid() != 0;
        ::setrlimit(RLIMIT_NOFILE, &none);
        const bool heard = listen(*capture, {.frames = 1, .events = 2}).seqs == Seqs{5};
        ::_exit(dropped && heard ? 0 : 1);
    }
    NetworkLab::ip("link delete dev va");
    NetworkLab::add_pair();
    for (int i = 0; i < 10; ++i) {
        std::this_thread::sleep_for(50ms);
        send(5);
        if (i == 0) std::this_thread::sleep_for(500ms);
        int status = -1;
        if (::waitpid(child, &status, WNOHANG) == child) {
            CHECK(status == 0);
            return;
        }
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
}

TEST_CASE("with any, what happens to single links is told, and the capture goes on") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"any"}});
    NetworkLab::add_pair("vc", "vd");
    NetworkLab::ip("link delete dev vc");
    send(1);
    const Heard heard = listen(*capture, {.frames = 2, .events = 4});
    CHECK(heard.frames.size() == 2);
    CHECK(std::count(heard.events.begin(), heard.events.end(), "vc removed") == 1);
    CHECK(std::count(heard.events.begin(), heard.events.end(), "vd removed") == 1);
    for (const LinkEvent& event : heard.all_events) CHECK_FALSE(event.whole_input);
    CHECK(capture->blind_since(0) == std::nullopt);
}

TEST_CASE("with any, a link that TCP was captured on is missing while it is down") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"any"}});
    send(1);
    CHECK(listen(*capture, {.frames = 2}).frames.size() == 2);
    NetworkLab::ip("link set dev va down");
    // With one end down the other has no carrier.
    Strings down = listen(*capture, {.events = 4}).events;
    std::ranges::sort(down);
    CHECK(down == Strings{"va down", "va part_gone", "vb down", "vb part_gone"});
    NetworkLab::ip("link set dev va up");
    Strings up = listen(*capture, {.events = 4}).events;
    std::ranges::sort(up);
    CHECK(up == Strings{"va part_back", "va up", "vb part_back", "vb up"});
}

TEST_CASE("when the kernel had more news of links than room for them, the end of the story is known") {
    const NetworkLab lab;
    const auto capture = open_live({.interfaces = {"va"}});
    const TemporaryFolder folder;
    std::string batch;
    for (int i = 0; i < 1'000; ++i) batch += "link set dev va mtu " + std::to_string(1'000 + i) + "\n";
    batch += "link set dev va down\n";
    write_file(folder.path() / "batch", batch);
    NetworkLab::ip("-batch " + folder.file("batch"));
    CHECK(listen(*capture, {.events = 1}).events == Strings{"va down"});
    write_file(folder.path() / "batch", batch + "link delete dev va\n");
    NetworkLab::ip("-batch " + folder.file("batch"));
    const Heard gone = listen(*capture, {});
    CHECK(gone.status == ReadStatus::kFailed);
    CHECK(gone.events == Strings{"va removed"});
}

TEST_CASE("an interface that is not there yet, or down, is waited for if that is wished") {
    const NetworkLab lab;
    NetworkLab::ip("link set dev va down");
    int asked = 0;
    Strings told;
    LiveOptions options;
    options.interfaces = {"va", "later"};
    options.wait_for_interface = true;
    options.waiting_for = [&](const std::string& why) { told.push_back(why); };
    options.keep_waiting = [&] {
        if (++asked == 2) NetworkLab::ip("link set dev va up");
        if (asked == 3) NetworkLab::ip("link set dev vb down");
        if (asked == 4) NetworkLab::ip("link set dev vb name later");
        if (asked == 5) NetworkLab::ip("link set dev later up");
        return true;
    };
    const auto capture = open_live(options);
    CHECK(asked == 5);
    REQUIRE(told.size() == 2);
    CHECK_THAT(told[0], ContainsSubstring("va is down"));
    CHECK_THAT(told[1], ContainsSubstring("no interface later"));

    options.interfaces = {"never"};
    options.keep_waiting = [&] { return ++asked < 8; };
    const auto refused = LiveCapture::open(options);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, ContainsSubstring("there is no interface never"));
}

TEST_CASE("a socket is bound to nothing but its own interface that is back, and its filter is locked") {
    const NetworkLab lab;
    const auto index_of = [](const char* name) { return static_cast<int>(::if_nametoindex(name)); };
    NetworkLab::add_pair("other", "end");
    const auto capture = open_live({.interfaces = {"va"}, .wait_for_interface = true});
    int locked = 0;
    socklen_t length = sizeof locked;
    CHECK(::getsockopt(capture->bindings().at(0).descriptor(), SOL_SOCKET, SO_LOCK_FILTER, &locked,
                       &length) == 0);
    CHECK(locked == 1);

    capture::LinkBinding binding = capture->bindings().at(0);
    const int index = index_of("va");
    CHECK(binding.follow(index_of("other")) == Followed::kNotYet);  // its own is still there
    CHECK(binding.link_index() == index);
    NetworkLab::ip("link delete dev va");
    CHECK(binding.follow(index_of("other")) == Followed::kNotYet);
    CHECK(binding.follow(0) == Followed::kNotYet);
    CHECK(binding.link_index() == -1);
    NetworkLab::add_pair();
    CHECK(binding.follow(index_of("va")) == Followed::kDone);
    CHECK(binding.link_index() == index_of("va"));
    CHECK(binding.follow(index_of("va")) == Followed::kDone);  // by whom ever it was

    NetworkLab::ip("link set dev va down");
    NetworkLab::ip("link set dev va name new");
    CHECK(binding.follow(0) == Followed::kDone);
    NetworkLab::ip("link delete dev new");
    NetworkLab::add_pair("va", "vb");
    CHECK(binding.follow(index_of("va")) == Followed::kNotYet);
    NetworkLab::add_pair("new", "nv");
    CHECK(binding.follow(index_of("new")) == Followed::kDone);
}

}  // namespace
}  // namespace deadpeer::test
