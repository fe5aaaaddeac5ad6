#include "cli/alerts/event_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "cli/alerts/command_process.h"

namespace deadpeer::cli {
namespace {

using std::chrono::milliseconds;

// As much as the kernel lets everybody have: about a hundred lines that wait.
constexpr int kRoom = 1 << 20;

bool is_ready(int descriptor, short events, milliseconds patience) {
    pollfd one = {descriptor, events, 0};
    return TEMP_FAILURE_RETRY(::poll(&one, 1, static_cast<int>(patience.count()))) > 0;
}

// What start() hears of the other process: nothing, or why it cannot go on.
Status hear_start(int channel) {
    std::array<char, 1024> error{};
    if (TEMP_FAILURE_RETRY(::read(channel, error.data(), error.size() - 1)) <= 0)
        return Error{"The process that --on-event starts the command from has ended."};
    if (error.front() != '\0') return Error{error.data()};
    return success();
}

}  // namespace

Result<std::unique_ptr<EventCommand>> EventCommand::start(const std::string& command,
                                                          const CommandRights& rights) {
    const auto failed = [] {
        return Error{fmt::format("Cannot start the command of --on-event: {}.", std::strerror(errno))};
    };
    int channel[2] = {-1, -1};
    int end[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0) return failed();
    // Less than asked for will do.
    ::setsockopt(channel[0], SOL_SOCKET, SO_SNDBUF, &kRoom, sizeof kRoom);
    if (::pipe2(end, O_CLOEXEC) != 0) return failed();
    std::unique_ptr<EventCommand> started(new EventCommand(channel[0], end[0]));
    const pid_t child = ::fork();
    if (child == 0) be_command_process({channel[1], end[1]}, command, rights);
    const int error = errno;
    ::close(channel[1]);
    ::close(end[1]);
    errno = error;
    if (child < 0) return failed();
    if (const Status heard = hear_start(channel[0]); !heard) return heard.error();
    if (::fcntl(channel[0], F_SETFL, O_NONBLOCK) != 0) return failed();
    return started;
}

EventCommand::~EventCommand() {
    if (channel_ >= 0) ::close(channel_);
    ::close(end_);
}

bool EventCommand::send(std::string_view line, milliseconds patience) {
    if (channel_ < 0 || line.size() > kLongestLine) return false;
    const auto wrote = [&] {
        const ssize_t n = TEMP_FAILURE_RETRY(::write(channel_, line.data(), line.size()));
        return n == static_cast<ssize_t>(line.size());
    };
    if (wrote()) return true;
    return errno == EAGAIN && patience.count() > 0 && is_ready(channel_, POLLOUT, patience) && wrote();
}

bool EventCommand::finish(milliseconds patience) {
    if (channel_ >= 0) ::close(channel_);
    channel_ = -1;
    return is_ready(end_, POLLIN, patience);
}

}  // namespace deadpeer::cli
