// What fits the numbers is named, what contradicts them is not.
#include "knowledge/knowledge.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "support/catch.h"

namespace {

using deadpeer::KeepaliveTimer;
using deadpeer::kMillisecond;
using deadpeer::kNoTime;
using deadpeer::Knowledge;
using deadpeer::kSecond;
using deadpeer::Nanoseconds;

std::string profiles(KeepaliveTimer timer, std::uint8_t payload = 0) {
    return Knowledge::builtin().matching_profiles(timer, payload);
}

std::uint16_t row_of(const std::string& message) {
    return Knowledge::builtin().heartbeat_protocol(
        {reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
}

std::string protocol(const std::string& message) {
    const auto* row = Knowledge::builtin().heartbeat(row_of(message));
    return row == nullptr ? "" : row->protocol;
}

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
}

// A file that is gone when the test is.
class ScratchFile {
public:
    explicit ScratchFile(const std::string& name, const std::string& text)
        : path_(std::filesystem::temp_directory_path() / name) {
        std::ofstream(path_) << text;
    }
    ~ScratchFile() { std::filesystem::remove(path_); }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("three numbers name the stacks that have all three") {
    CHECK(profiles({7200 * kSecond, 75 * kSecond, 9}) == "Linux;lwIP");
    CHECK(profiles({7200 * kSecond, 75 * kSecond, 8}) == "FreeBSD;OpenBSD;NetBSD (unverified);macOS/iOS;AIX");
    CHECK(profiles({7200 * kSecond, 1 * kSecond, 10}) == "Node.js");
    CHECK(profiles({7200 * kSecond, 1 * kSecond, 10}, 1) == "Windows Vista and later");
    CHECK(profiles({7200 * kSecond, 1 * kSecond, 5}) == "Windows 2000/XP/2003");
    CHECK(profiles({20 * kSecond, 3 * kSecond, 4}) == "FreeRTOS+TCP");
    CHECK(profiles({15 * kSecond, 15 * kSecond, 9}) == "Go net");
    CHECK(profiles({300 * kSecond, 100 * kSecond, 3}) == "Redis server");
    CHECK(profiles({30 * kSecond, 1 * kSecond, 10}, 1) == "Microsoft SQL Server");
    CHECK(profiles({600 * kSecond, 6 * kSecond, 10}) == "Oracle Database");
    CHECK(profiles({120 * kSecond, 10 * kSecond, 9}) == "PyMongo");
    CHECK(profiles({300 * kSecond, 1 * kSecond, 9}) == "MongoDB server");
}

TEST_CASE("the common default alone names every stack that has it") {
    CHECK(profiles({7200 * kSecond}) ==
          "Linux;FreeBSD;OpenBSD;NetBSD (unverified);macOS/iOS;Windows "
          "2000/XP/2003;AIX;"
          "z/VM;lwIP");
}

TEST_CASE("a probe's payload rules out, but does not tell") {
    CHECK(profiles({7200 * kSecond}, 1) ==
          "macOS/iOS;Windows Vista and later;Windows 2000/XP/2003;Solaris/illumos;AIX;z/VM");
    CHECK(profiles({7200 * kSecond, 75 * kSecond, 9}, 1) == "");
}

TEST_CASE("doubling intervals rule out stacks with fixed ones") {
    KeepaliveTimer timer{7200 * kSecond, kNoTime, 0, true};
    CHECK(profiles(timer, 1) == "Solaris/illumos");
    timer = {7200 * kSecond, 75 * kSecond, 0, false};
    CHECK(profiles(timer, 1) == "macOS/iOS;AIX");
}

TEST_CASE("one number that any program may choose names no program") {
    CHECK(profiles({60 * kSecond}) == "");
    CHECK(profiles({60 * kSecond, 60 * kSecond}) == "curl");
    CHECK(profiles({30 * kSecond, 30 * kSecond}) == "Kubernetes client (unverified)");
    CHECK(profiles({kNoTime, 1 * kSecond, 10}) == "Node.js");
    CHECK(profiles({}) == "");
    CHECK(profiles({2 * kSecond, 1 * kSecond, 3}) == "");
    // Nor is z/VM, of which only the 7200 s are known, named once an interval was seen.
    CHECK(profiles({7200 * kSecond, 10 * kSecond, 3}) == "");
}

TEST_CASE("durations fit from 1 % below to 3 % above") {
    const Nanoseconds least = 7128 * kSecond;
    const Nanoseconds most = 7416 * kSecond;
    CHECK(profiles({least, 75 * kSecond, 9}) == "Linux;lwIP");
    CHECK(profiles({least - 1, 75 * kSecond, 9}) == "");
    CHECK(profiles({most, 75 * kSecond, 9}) == "Linux;lwIP");
    CHECK(profiles({most + 1, 75 * kSecond, 9}) == "");
    // 3 % of a second is less than the 50 ms that a timer may be late.
    CHECK(profiles({7200 * kSecond, 1050 * kMillisecond, 10}, 1) == "Windows Vista and later");
    CHECK(profiles({7200 * kSecond, 1050 * kMillisecond + 1, 10}, 1) == "");
}

TEST_CASE("boxes that forgot in time are named, the longest time first") {
    CHECK(Knowledge::builtin().matching_timeouts(360 * kSecond, 290 * kSecond) ==
          "AWS Network Load Balancer (350 s);AWS Network Firewall (350 s);AWS security group (Nitro v6) (350 "
          "s);"
          "AWS NAT gateway (350 s);AWS Gateway Load Balancer (350 s);AWS PrivateLink endpoint (350 s);"
          "AWS Global Accelerator (340 s, unverified);Oracle Cloud load balancer (backend) (300 s);"
          "F5 BIG-IP FastL4 (300 s);"
          "F5 BIG-IP tcp profile (300 s, unverified)");
    CHECK(Knowledge::builtin().matching_timeouts(360 * kSecond, 350 * kSecond) == "");
    CHECK(Knowledge::builtin().matching_timeouts(62 * kSecond, kNoTime) ==
          "AWS Classic Load Balancer (60 s);AWS Application Load Balancer (60 s)");
    CHECK(Knowledge::builtin().matching_timeouts(kNoTime, kNoTime) == "");
}

TEST_CASE("a box's time ends at its limits") {
    CHECK(Knowledge::builtin().matching_timeouts(1188 * kSecond, 901 * kSecond) ==
          "Google Cloud NAT (1200 s);Huawei USG (1200 s)");
    CHECK(Knowledge::builtin().matching_timeouts(1188 * kSecond - 1, 901 * kSecond) == "");
    CHECK(Knowledge::builtin().matching_timeouts(1300 * kSecond, 1200 * kSecond - 1) ==
          "Google Cloud NAT (1200 s);Huawei USG (1200 s)");
    CHECK(Knowledge::builtin().matching_timeouts(1300 * kSecond, 1200 * kSecond) == "");
}

TEST_CASE("the shortest timeout that fits is one that forgets: what closes would have been seen") {
    CHECK(Knowledge::builtin().shortest_timeout(649 * kSecond, kSecond) == 240 * kSecond);
    CHECK(Knowledge::builtin().shortest_timeout(900 * kSecond, 601 * kSecond) == 900 * kSecond);
    CHECK(Knowledge::builtin().shortest_timeout(62 * kSecond, kNoTime) == kNoTime);
    CHECK(Knowledge::builtin().shortest_timeout(kNoTime, kNoTime) == kNoTime);
}

TEST_CASE("times that others know of are added: the shortest that fits counts") {
    Knowledge knowledge = Knowledge::builtin();
    CHECK(knowledge.shortest_timeout(120 * kSecond, 10 * kSecond) == kNoTime);
    const std::vector<deadpeer::Nanoseconds> times = {90 * kSecond, 100 * kSecond};
    knowledge.add_forgetting_times(times);
    CHECK(knowledge.shortest_timeout(120 * kSecond, 10 * kSecond) == 90 * kSecond);
    CHECK(knowledge.shortest_timeout(120 * kSecond, 95 * kSecond) == 100 * kSecond);
    CHECK(std::ranges::count(knowledge.forgetting_times(), 90 * kSecond) == 1);
    CHECK(std::ranges::count(knowledge.forgetting_times(), 60 * kSecond) == 0);  // these close
}

TEST_CASE("the user's timeouts are added, and stand first among equals") {
    const ScratchFile file("deadpeer_own_timeouts.csv", "name,idle_s\nour firewall,1200\nlab router,2.5\n");
    const auto knowledge = Knowledge::load({.profiles = "", .timeouts = file.path()});
    REQUIRE(knowledge.ok());
    CHECK(knowledge.value().matching_timeouts(1200 * kSecond, 901 * kSecond) ==
          "our firewall (1200 s);Google Cloud NAT (1200 s);Huawei USG (1200 s)");
    CHECK(knowledge.value().matching_timeouts(3 * kSecond, kNoTime) == "lab router (2.5 s)");
}

TEST_CASE("the user's profiles replace the built-in ones") {
    const ScratchFile file("deadpeer_own_profiles.csv",
                           "name,kind,idle_s,interval_s\nours,application,60,60\n");
    const auto knowledge = Knowledge::load({.profiles = file.path(), .timeouts = ""});
    REQUIRE(knowledge.ok());
    CHECK(knowledge.value().matching_profiles({60 * kSecond, 60 * kSecond}, 0) == "ours");
    CHECK(knowledge.value().matching_profiles({7200 * kSecond, 75 * kSecond, 9}, 0) == "");
}

TEST_CASE("a file that cannot be read is an error that names it") {
    const auto missing = Knowledge::load({.profiles = "/nonexistent/profiles.csv", .timeouts = ""});
    REQUIRE_FALSE(missing.ok());
    CHECK(missing.error().message.find("/nonexistent/profiles.csv") != std::string::npos);
    const ScratchFile file("deadpeer_bad_timeouts.csv", "name,idle_s\nours,soon\n");
    const auto bad = Knowledge::load({.profiles = "", .timeouts = file.path()});
    REQUIRE_FALSE(bad.ok());
    CHECK(bad.error().message.find("deadpeer_bad_timeouts.csv, line 2: idle_s must be") != std::string::npos);
}

TEST_CASE("messages are known by their first bytes") {
    CHECK(protocol(bytes({0xc0, 0x00})) == "mqtt");
    CHECK(protocol(bytes({0xd0, 0x00})) == "mqtt");
    CHECK(protocol(bytes({0x89, 0x00})) == "websocket");
    CHECK(protocol(bytes({0x89, 0x80, 1, 2, 3, 4})) == "websocket");
    CHECK(protocol(bytes({0x8a, 0x84, 1, 2, 3, 4, 5, 6, 7, 8})) == "websocket");
    CHECK(protocol(bytes({0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8})) == "http2");
    CHECK(protocol(bytes({0, 0, 8, 6, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8})) == "http2");
    CHECK(protocol(bytes({8, 0, 0, 0, 0, 0, 0, 0xce})) == "amqp");
    CHECK(protocol(bytes({0, 0, 0, 8, 2, 0, 0, 0})) == "amqp-1.0");
    CHECK(protocol(std::string(16, '\xff') + bytes({0, 19, 4})) == "bgp");
    CHECK(protocol("*1\r\n$4\r\nPING\r\n") == "redis");
    CHECK(protocol("*1\r\n$4\r\nping\r\n") == "redis");
    CHECK(protocol("+PONG\r\n") == "redis");
    CHECK(protocol("PING\r\n") == "redis or nats");
    CHECK(protocol("PONG\r\n") == "nats");
    CHECK(protocol("PING :irc.example.net\r\n") == "irc");
    CHECK(protocol("PONG :irc.example.net\r\n") == "irc");
    CHECK(protocol(":irc.example.net PONG irc.example.net :x\r\n") == "irc");
    CHECK(protocol("8=FIX.4.4\x01"
                   "9=60\x01"
                   "35=0\x01"
                   "49=A\x01"
                   "56=B\x01") == "fix");
    CHECK(protocol(bytes({0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 7})) == "smpp");
    CHECK(protocol(bytes({0, 0, 0, 16, 0x80, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 7})) == "smpp");
    CHECK(protocol(bytes({0x68, 4, 0x43, 0, 0, 0})) == "iec104");
    CHECK(protocol(bytes({0x17, 3, 3, 0, 2, 0xaa, 0xbb})) == "tls");
}

TEST_CASE("messages that only look alike are not told") {
    CHECK(protocol("") == "");
    CHECK(protocol("hello") == "");
    CHECK(protocol(bytes({0xc0, 0x00, 0x00})) == "");
    CHECK(protocol(bytes({0xc0, 0x01})) == "");
    CHECK(protocol(std::string(16, '\xff') + bytes({0, 19, 3})) == "");
    CHECK(protocol("8=FIX.4.4\x01"
                   "9=60\x01"
                   "35=A\x01") == "");
    CHECK(protocol(bytes({0x16, 3, 3, 0, 2, 0xaa, 0xbb})) == "");
    CHECK(protocol(bytes({0, 0, 8, 7, 0, 0, 0, 0, 0})) == "");
}

TEST_CASE("rows are counted from 1") {
    CHECK(row_of("hello") == 0);
    CHECK(row_of(bytes({0xc0, 0x00})) == 1);
    CHECK(Knowledge::builtin().heartbeat(0) == nullptr);
    const std::uint16_t last = row_of(bytes({0x17, 3, 3, 0, 2, 0xaa, 0xbb}));
    CHECK(Knowledge::builtin().heartbeat(last)->protocol == "tls");
    CHECK(Knowledge::builtin().heartbeat(static_cast<std::uint16_t>(last + 1)) == nullptr);
}
