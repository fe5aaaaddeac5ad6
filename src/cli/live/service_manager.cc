#include "cli/live/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/parse_number.h"

namespace deadpeer::cli {
namespace {

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : value;
}

int connected_to(std::string_view path) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const bool known = path.starts_with('/') || path.starts_with('@');
    if (!known || path.size() >= sizeof address.sun_path) return -1;
    std::copy(path.begin(), path.end(), address.sun_path);
    if (path.starts_with('@')) address.sun_path[0] = '\0';  // the abstract namespace
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), length) == 0) return descriptor;
    ::close(descriptor);
    return -1;
}

// The time that systemd allows between two signs of life, if this is the process that it watches.
std::optional<std::chrono::microseconds> watchdog_time() {
    const std::string_view process = variable("WATCHDOG_PID");
    const std::uint64_t time = parse_number<std::uint64_t>(variable("WATCHDOG_USEC")).value_or(0);
    if (time == 0 || time > std::uint64_t{1} << 50) return std::nullopt;
    if (!process.empty() && parse_number<pid_t>(process) != ::getpid()) return std::nullopt;
    return std::chrono::microseconds(time);
}

}  // namespace

ServiceManager::ServiceManager() : socket_(connected_to(variable("NOTIFY_SOCKET"))) {
    const auto allowed = watchdog_time();
    if (socket_ < 0 || !allowed) return;
    period_ = *allowed / 2;
    next_ = Clock::now();
}

ServiceManager::~ServiceManager() {
    if (socket_ >= 0) ::close(socket_);
}

void ServiceManager::keep_alive(Clock::time_point now) {
    if (!period_ || now < next_) return;
    notify("WATCHDOG=1");
    next_ = now + *period_;
}

void ServiceManager::notify(std::string_view state) const {
    // write(2) is among the calls that the sandbox allows anyway.
    if (socket_ >= 0 && ::write(socket_, state.data(), state.size()) < 0) return;
}

}  // namespace deadpeer::cli
