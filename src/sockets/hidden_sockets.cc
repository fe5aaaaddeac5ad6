#include "sockets/hidden_sockets.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "sockets/socket_list.h"
#include "sockets/socket_owners.h"

namespace deadpeer {
namespace {

Result<std::set<std::uint32_t>> those_present(const std::set<std::uint32_t>& inodes) {
    std::set<std::uint32_t> present;
    const Status listed = list_tcp_sockets([&](const TcpSocket& socket) {
        if (inodes.contains(socket.inode)) present.insert(socket.inode);
    });
    if (!listed) return listed.error();
    return present;
}

}  // namespace

bool may_trace_others() {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
    return (data[CAP_TO_INDEX(CAP_SYS_PTRACE)].effective & CAP_TO_MASK(CAP_SYS_PTRACE)) != 0;
}

std::uint64_t count_still_hidden(const std::set<std::uint32_t>& inodes) {
    if (inodes.empty()) return 0;
    // Whoever had a socket all the time between the two lists is found between them.
    const Result<std::set<std::uint32_t>> before = those_present(inodes);
    const Result<SocketOwners> owners = SocketOwners::scan();
    if (!before || !owners) return inodes.size();
    std::set<std::uint32_t> without_owner = before.value();
    std::erase_if(without_owner, [&](std::uint32_t inode) { return owners.value().find(inode).has_value(); });
    if (without_owner.empty()) return 0;
    const Result<std::set<std::uint32_t>> after = those_present(without_owner);
    return after ? after.value().size() : without_owner.size();
}

}  // namespace deadpeer
