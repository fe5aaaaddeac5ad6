// What systemd hears, on a socket of this test's own.

#include "cli/live/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;
using namespace deadpeer::cli;

namespace {

// A manager's end of the socket. `name` begins with / or, in the abstract namespace, with @.
class Listener {
public:
    explicit Listener(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        if (name.front() == '@') address.sun_path[0] = '\0';
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length) == 0);
    }
    ~Listener() { ::close(socket_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // The next message, or "nothing".
    [[nodiscard]] std::string heard() const {
        std::array<char, 256> message{};
        const ssize_t size = ::recv(socket_, message.data(), message.size(), 0);
        return size < 0 ? "nothing" : std::string(message.data(), static_cast<std::size_t>(size));
    }

private:
    int socket_;
};

struct Environment {
    Environment(const std::string& socket, const char* watchdog, const std::string& process) {
        ::setenv("NOTIFY_SOCKET", socket.c_str(), 1);
        ::setenv("WATCHDOG_USEC", watchdog, 1);
        ::setenv("WATCHDOG_PID", process.c_str(), 1);
    }
    ~Environment() {
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
};

std::string own_process() {
    return std::to_string(::getpid());
}

constexpr auto kNever = ServiceManager::Clock::time_point::max();

}  // namespace

TEST_CASE("systemd hears that the service is ready and that it stops") {
    const TemporaryFolder folder;
    for (const std::string& name : {folder.file("notify"), "@deadpeer-test-" + own_process()}) {
        INFO(name);
        const Listener systemd(name);
        const Environment environment(name, "", "");
        ServiceManager manager;
        CHECK(systemd.heard() == "nothing");
        manager.ready();
        CHECK(systemd.heard() == "READY=1");
        manager.stopping();
        CHECK(systemd.heard() == "STOPPING=1");
        manager.keep_alive(kNever);
        CHECK(systemd.heard() == "nothing");
        CHECK(manager.next_sign_of_life() == kNever);
    }
}

TEST_CASE("the watchdog hears a sign of life at half of its time, and not one tick before") {
    using std::chrono::microseconds;
    const TemporaryFolder folder;
    const Listener systemd(folder.file("notify"));
    const Environment environment(folder.file("notify"), "2000000", own_process());
    ServiceManager manager;
    const auto start = manager.next_sign_of_life();
    REQUIRE(start != kNever);
    manager.keep_alive(start);
    CHECK(systemd.heard() == "WATCHDOG=1");
    CHECK(manager.next_sign_of_life() == start + microseconds(1'000'000));
    manager.keep_alive(start + microseconds(999'999));
    CHECK(systemd.heard() == "nothing");
    manager.keep_alive(start + microseconds(1'000'000));
    CHECK(systemd.heard() == "WATCHDOG=1");
    CHECK(systemd.heard() == "nothing");
}

TEST_CASE("no sign of life for a watchdog that is not there, or that watches another process") {
    const TemporaryFolder folder;
    const Listener systemd(folder.file("notify"));
    struct Case {
        const char* time;
        std::string process;
    };
    for (const Case& c : {Case{"", own_process()}, Case{"0", own_process()}, Case{"soon", own_process()},
                          Case{"-1", own_process()}, Case{"2000000", "1"}}) {
        INFO(c.time << " " << c.process);
        const Environment environment(folder.file("notify"), c.time, c.process);
        CHECK(ServiceManager().next_sign_of_life() == kNever);
    }
    const Environment anybody(folder.file("notify"), "2000000", "");
    CHECK(ServiceManager().next_sign_of_life() != kNever);
}

TEST_CASE("a manager that is not there is no reason to stop") {
    const TemporaryFolder folder;
    for (const std::string& name : {folder.file("nobody"), std::string("relative"), std::string("@"),
                                    "/" + std::string(200, 'x'), std::string()}) {
        INFO(name);
        const Environment environment(name, "1000", own_process());
        ServiceManager manager;
        manager.ready();
        manager.keep_alive(kNever);
        manager.stopping();
        CHECK(manager.next_sign_of_life() == kNever);
    }
}

TEST_CASE("a manager that went away is no reason to stop, either") {
    const TemporaryFolder folder;
    auto systemd = std::make_unique<Listener>(folder.file("notify"));
    const Environment environment(folder.file("notify"), "2000000", own_process());
    ServiceManager manager;
    systemd.reset();
    manager.ready();
    manager.keep_alive(manager.next_sign_of_life());
    CHECK(manager.next_sign_of_life() != kNever);
}

TEST_CASE("a manager that does not listen is not waited for") {
    constexpr int kMoreThanWait = 10'000;
    const TemporaryFolder folder;
    const Listener systemd(folder.file("notify"));
    const Environment environment(folder.file("notify"), "", "");
    ServiceManager manager;
    for (int i = 0; i < kMoreThanWait; ++i) manager.ready();
    CHECK(systemd.heard() == "READY=1");
}
