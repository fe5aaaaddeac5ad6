// What the program needs goes on working in the sandbox.
#include <dirent.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <csignal>
#include <ctime>
#include <system_error>
#include <thread>

#include "report/storage/report_folder.h"
#include "report/storage/spool_file.h"
#include "sandbox/child.h"
#include "sandbox/ground.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

struct Need {
    const char* name;
    std::function<bool(const std::string& inside)> works;
};

bool thrown_exception_is_caught() {
    try {
        throw std::runtime_error("thrown");
    } catch (const std::exception& error) {
        return std::string(error.what()) == "thrown";
    }
}

bool gibibyte_of_memory() {
    constexpr std::size_t kBytes = std::size_t{1} << 30;
    const auto memory = std::make_unique_for_overwrite<char[]>(kBytes);
    char* const volatile end = memory.get() + kBytes - 1;
    *end = 1;
    return *end == 1;
}

bool report_is_published(const std::string& inside) {
    auto folder = ReportFolder::open(inside);
    if (!folder || !folder.value()->lock()) return false;
    const auto file = folder.value()->create("flows.csv");
    if (!file || ::write(file.value(), "row\n", 4) != 4) return false;
    return folder.value()->publish().ok() && content_of(inside + "/flows.csv") == "row\n" &&
           folder.value()->remove_stale("flows.csv").ok();
}

bool spool_keeps(const std::string& inside) {
    SpoolFile spool(inside);
    std::byte byte{7};
    spool.write(5, {&byte, 1});
    byte = std::byte{0};
    spool.read(5, {&byte, 1});
    return spool.status().ok() && byte == std::byte{7};
}

bool file_moves_into_period(const std::string& inside) {
    const std::string period = inside + "/20261121T060000Z";
    write_file(inside + "/events.csv", "a\n");
    const bool moved = ::mkdir(period.c_str(), 0750) == 0 &&
                       ::rename((inside + "/events.csv").c_str(), (period + "/events.csv").c_str()) == 0;
    DIR* const listing = ::opendir(period.c_str());
    const bool listed = listing != nullptr && ::readdir(listing) != nullptr;
    if (listing != nullptr) ::closedir(listing);
    return moved && listed && ::unlink((period + "/events.csv").c_str()) == 0 && ::rmdir(period.c_str()) == 0;
}

bool clock_and_waiting() {
    timespec now = {};
    const timespec moment = {0, 1000};
    return ::clock_gettime(CLOCK_MONOTONIC, &now) == 0 && ::clock_gettime(CLOCK_REALTIME, &now) == 0 &&
           ::nanosleep(&moment, nullptr) == 0 && ::poll(nullptr, 0, 1) == 0;
}

bool events_are_cut_back(const std::string& inside) {
    const int file = ::open((inside + "/log").c_str(), O_RDWR | O_CREAT | O_APPEND, 0640);
    const bool cut = ::write(file, "row\nhalf", 8) == 8 && ::ftruncate(file, 4) == 0 && ::fsync(file) == 0;
    void* const mapped = ::mmap(nullptr, 4, PROT_READ, MAP_PRIVATE, file, 0);
    return cut && mapped != MAP_FAILED && std::string(static_cast<char*>(mapped), 4) == "row\n" &&
           ::close(file) == 0;
}

bool usage_is_known() {
    rusage usage = {};
    return ::getrusage(RUSAGE_SELF, &usage) == 0;
}

const Need kNeeds[] = {
    {"exception", [](const std::string&) { return thrown_exception_is_caught(); }},
    {"memory", [](const std::string&) { return gibibyte_of_memory(); }},
    {"report", report_is_published},
    {"spool", spool_keeps},
    {"rotation", file_moves_into_period},
    {"event log", events_are_cut_back},
    {"clocks", [](const std::string&) { return clock_and_waiting(); }},
    {"usage", [](const std::string&) { return usage_is_known(); }},
    {"signal handler", [](const std::string&) { return std::signal(SIGINT, SIG_IGN) != SIG_ERR; }},
    {"fmt", [](const std::string&) { return fmt::format("{:.3f} {}", 1.5, "s") == "1.500 s"; }},
};

// Over an open socket to itself.
bool message_arrives(const int (&pair)[2]) {
    char byte = 'x';
    int error = 0;
    socklen_t size = sizeof error;
    return ::write(pair[0], &byte, 1) == 1 && ::recv(pair[1], &byte, 1, 0) == 1 &&
           ::getsockopt(pair[1], SOL_SOCKET, SO_ERROR, &error, &size) == 0;
}

}  // namespace

TEST_CASE("what the program needs works") {
    for (const unsigned uid : possible_users()) {
        for (const bool live : {false, true}) {
            const Ground ground(uid);
            const Ended ended = in_child(uid, [&](const Tell& tell) {
                sandbox::Plan plan = ground.plan();
                plan.live = live;
                enter_or_throw(plan);
                for (const Need& need : kNeeds) {
                    if (!need.works(ground.places().inside)) tell(need.name);
                }
            });
            INFO("as user " << uid << (live ? ", live" : ", files"));
            CHECK(ended.code == 0);
            for (const std::string& broken : ended.lines) FAIL_CHECK(broken << " does not work");
        }
    }
}

TEST_CASE("threads can be started where the plan has them, and only there") {
    for (const bool threads : {false, true}) {
        const Ground ground(::geteuid());
        const Ended ended = in_child(::geteuid(), [&](const Tell& tell) {
            sandbox::Plan plan = ground.plan();
            plan.threads = threads;
            enter_or_throw(plan);
            try {
                bool ran = false;
                std::thread([&] { ran = true; }).join();
                tell(ran ? "ran" : "did not run");
            } catch (const std::system_error&) {
                tell("refused");
            }
        });
        CHECK(ended.code == 0);
        CHECK(ended.lines == std::vector<std::string>{threads ? "ran" : "refused"});
    }
}

TEST_CASE("sockets that are open: usable live, and only there") {
    for (const bool live : {false, true}) {
        const Ground ground(::geteuid());
        const Ended ended = in_child(::geteuid(), [&](const Tell& tell) {
            int pair[2] = {-1, -1};
            if (::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) throw std::runtime_error("no socketpair");
            sandbox::Plan plan = ground.plan();
            plan.live = live;
            enter_or_throw(plan);
            tell(message_arrives(pair) ? "arrived" : "refused");
        });
        CHECK(ended.lines == std::vector<std::string>{live ? "arrived" : "refused"});
    }
}

TEST_CASE("readable: files and folders of the plan, and nothing beside them") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "captures");
    for (const char* name : {"captures/a", "b", "c"}) write_file(folder.path() / name, "bytes");
    const Ended ended = in_child(::geteuid(), [&](const Tell& tell) {
        sandbox::Plan plan;
        plan.readable = {folder.file("captures"), folder.file("b"), folder.file("missing")};
        enter_or_throw(plan);
        for (const char* name : {"captures/a", "b", "c", "missing"}) {
            const bool opened = ::open(folder.file(name).c_str(), O_RDONLY) >= 0;
            tell(opened ? "opened" : ::strerrorname_np(errno));
        }
        if (::open(folder.file("b").c_str(), O_WRONLY) >= 0) tell("written");
    });
    CHECK(ended.lines == std::vector<std::string>{"opened", "opened", "EACCES", "ENOENT"});
}

TEST_CASE("a bug still ends with its message, and with SIGABRT") {
    const Ended ended = in_child(::geteuid(), [](const Tell&) {
        enter_or_throw({});
        try {
            throw std::runtime_error("impossible");
        } catch (...) {
            std::terminate();
        }
    });
    CHECK(ended.signal == SIGABRT);
    CHECK(ended.err.find("impossible") != std::string::npos);
}
