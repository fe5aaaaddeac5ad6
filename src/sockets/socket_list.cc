#include "sockets/socket_list.h"

#include <fmt/format.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "sockets/descriptor.h"
#include "sockets/diag_message.h"

namespace deadpeer {
namespace {

// The kernel fills at most 32 KiB of what a reader offers.
constexpr std::size_t kDatagramBytes = std::size_t{64} << 10;

Error failure(int error) {
    const char* advice = error == ENOENT || error == EINVAL || error == EPROTONOSUPPORT
                             ? " Load the kernel module tcp_diag."
                             : "";
    return Error{fmt::format("Cannot list the TCP sockets: {}.{}", std::strerror(error), advice)};
}

// The next datagram of the kernel's; 0 and errno: none.
std::size_t receive(const Descriptor& netlink, std::vector<std::byte>& buffer) {
    for (;;) {
        sockaddr_nl sender = {};
        iovec memory = {buffer.data(), buffer.size()};
        msghdr message = {};
        message.msg_name = &sender;
        message.msg_namelen = sizeof sender;
        message.msg_iov = &memory;
        message.msg_iovlen = 1;
        const ssize_t n = ::recvmsg(netlink.number(), &message, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return 0;
        if (n == 0 || (message.msg_flags & MSG_TRUNC) != 0) {
            errno = EMSGSIZE;
            return 0;
        }
        // Other processes can send to the socket, too.
        if (message.msg_namelen == sizeof sender && sender.nl_pid == 0) return static_cast<std::size_t>(n);
    }
}

Status list_family(const Descriptor& netlink, std::uint8_t family,
                   const std::function<void(const TcpSocket&)>& on_socket,
                   const std::function<bool()>& stopped) {
    const std::uint32_t sequence = family;
    const auto request = diag_request(family, sequence);
    if (::send(netlink.number(), request.data(), request.size(), 0) < 0) return failure(errno);
    std::vector<std::byte> buffer(kDatagramBytes);
    while (!stopped()) {
        const std::size_t size = receive(netlink, buffer);
        if (size == 0) return failure(errno);
        const DiagAnswer answer = read_diag_messages({buffer.data(), size}, sequence, on_socket);
        switch (answer.kind) {
            case DiagAnswer::Kind::kMore:
                break;
            case DiagAnswer::Kind::kDone:
                return success();
            case DiagAnswer::Kind::kFailed:
                return failure(answer.error);
            case DiagAnswer::Kind::kBroken:
                return failure(EBADMSG);
        }
    }
    return success();
}

}  // namespace

Status list_tcp_sockets(const std::function<void(const TcpSocket&)>& on_socket,
                        const std::function<bool()>& stopped) {
    for (const int family : {AF_INET, AF_INET6}) {
        // One socket for each: a dump that was stopped leaves answers behind.
        const Descriptor netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
        if (!netlink) return failure(errno);
        const Status listed = list_family(netlink, static_cast<std::uint8_t>(family), on_socket, stopped);
        if (!listed) return listed;
    }
    return success();
}

}  // namespace deadpeer
