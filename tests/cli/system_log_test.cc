// Messages to the log of the system: which socket, how grave, and what becomes of names and of a log that is
// full.
#include "cli/alerts/system_log.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "report/temporary_folder.h"
#include "support/catch.h"

using namespace deadpeer;
using cli::SystemLog;

namespace {

// A socket that programs log to.
class Reader {
public:
    explicit Reader(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        REQUIRE(path.size() < sizeof address.sun_path);
        std::ranges::copy(path, address.sun_path);
        REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    ~Reader() { ::close(socket_); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // Empty: there is none.
    [[nodiscard]] std::string next() const {
        std::array<char, 65536> message{};
        const ssize_t n = ::read(socket_, message.data(), message.size());
        return n > 0 ? std::string(message.data(), static_cast<std::size_t>(n)) : std::string();
    }

private:
    int socket_;
};

Finding finding(Severity severity) {
    Finding finding;
    finding.kind = EventKind::kCaptureGap;
    finding.reason = Reason::kLinkDown;
    finding.severity = severity;
    return finding;
}

std::string start(int priority) {
    return "<" + std::to_string(priority) + ">deadpeer[" + std::to_string(::getpid()) + "]: ";
}

}  // namespace

TEST_CASE("system log: how grave an event is, is how grave its message is") {
    const TemporaryFolder folder;
    const Reader reader(folder.file("log"));
    const auto log = SystemLog::open({folder.file("journal"), folder.file("log")});
    REQUIRE(log.ok());
    constexpr int kDaemon = 3 * 8;
    for (const auto& [severity, level] :
         {std::pair{Severity::kCritical, 2}, {Severity::kWarning, 4}, {Severity::kInfo, 6}}) {
        REQUIRE(log.value()->send(finding(severity), "eth\x1b\n0", Named(nullptr)));
        const std::string message = reader.next();
        INFO(message);
        CHECK(message.starts_with(start(kDaemon + level) + "capture_gap: eth\\x1B"));
        CHECK(message.find('\n') == std::string::npos);
    }
}

TEST_CASE("system log: the journal goes first, and no value adds a field") {
    const TemporaryFolder folder;
    const Reader journal(folder.file("journal"));
    const Reader syslog(folder.file("log"));
    const auto log = SystemLog::open({folder.file("journal"), folder.file("log")});
    REQUIRE(log.ok());
    REQUIRE(log.value()->send(finding(Severity::kWarning), "a\nPRIORITY=0", Named(nullptr)));
    const std::string message = journal.next();
    INFO(message);
    CHECK(syslog.next().empty());
    CHECK(message.starts_with("MESSAGE=capture_gap: "));
    CHECK(message.find("\nPRIORITY=4\n") != std::string::npos);
    CHECK(message.find("\nPRIORITY=0") == std::string::npos);
    CHECK(message.find("\nDEADPEER_EVENT=capture_gap\n") != std::string::npos);
    CHECK(message.find("DEADPEER_SUBJECT") == std::string::npos);
}

TEST_CASE("system log: nobody waits for one that is full or gone") {
    const TemporaryFolder folder;
    auto reader = std::make_unique<Reader>(folder.file("log"));
    const auto log = SystemLog::open({folder.file("journal"), folder.file("log")});
    REQUIRE(log.ok());
    int sent = 0;
    while (sent < 100'000 && log.value()->send(finding(Severity::kInfo), "eth0", Named(nullptr))) ++sent;
    CHECK(sent > 0);
    CHECK(sent < 100'000);
    CHECK_FALSE(reader->next().empty());
    CHECK(log.value()->send(finding(Severity::kInfo), "eth0", Named(nullptr)));
    reader.reset();
    CHECK_FALSE(log.value()->send(finding(Severity::kInfo), "eth0", Named(nullptr)));
}

TEST_CASE("system log: where nobody reads it, it is said so") {
    const TemporaryFolder folder;
    const auto log = SystemLog::open({folder.file("journal"), folder.file("log")});
    REQUIRE_FALSE(log.ok());
    CHECK(log.error().message == "--syslog: nobody reads the system's log: " + folder.file("log") +
                                     ": No such file or directory; start journald or a syslogd first");
}
