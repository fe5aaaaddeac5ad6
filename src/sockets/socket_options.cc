#include "sockets/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>

#include "sockets/descriptor.h"

namespace deadpeer {
namespace {

Descriptor pidfd_open(pid_t pid) {
    return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
}

Descriptor pidfd_getfd(const Descriptor& process, int descriptor) {
    return Descriptor(static_cast<int>(::syscall(SYS_pidfd_getfd, process.number(), descriptor, 0U)));
}

OptionsAnswer failure(int error) {
    if (error == EPERM || error == EACCES) return {OptionsAnswer::Kind::kRefused};
    if (error == ENOSYS) return {OptionsAnswer::Kind::kUnsupported};
    return {OptionsAnswer::Kind::kGone};
}

bool is_socket(const Descriptor& descriptor, std::uint32_t inode) {
    struct stat info {};
    return ::fstat(descriptor.number(), &info) == 0 && S_ISSOCK(info.st_mode) && info.st_ino == inode;
}

std::optional<int> option(const Descriptor& socket, int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    if (::getsockopt(socket.number(), level, name, &value, &size) != 0) return std::nullopt;
    return value;
}

}  // namespace

OptionsAnswer read_socket_options(const SocketOwners::Found& found, std::uint32_t inode) {
    const Descriptor process = pidfd_open(found.owner.pid);
    if (!process) return failure(errno);
    const Descriptor socket = pidfd_getfd(process, found.descriptor);
    if (!socket) return failure(errno);
    if (!is_socket(socket, inode)) return {OptionsAnswer::Kind::kGone};
    const auto on = option(socket, SOL_SOCKET, SO_KEEPALIVE);
    const auto idle = option(socket, IPPROTO_TCP, TCP_KEEPIDLE);
    const auto interval = option(socket, IPPROTO_TCP, TCP_KEEPINTVL);
    const auto count = option(socket, IPPROTO_TCP, TCP_KEEPCNT);
    const auto user_timeout = option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT);
    if (!on || !idle || !interval || !count || !user_timeout) return {OptionsAnswer::Kind::kGone};
    return {OptionsAnswer::Kind::kRead,
            {.on = *on != 0,
             .idle = *idle * kSecond,
             .interval = *interval * kSecond,
             .count = static_cast<std::uint32_t>(*count),
             .user_timeout = static_cast<std::uint32_t>(*user_timeout) * kMillisecond}};
}

}  // namespace deadpeer
