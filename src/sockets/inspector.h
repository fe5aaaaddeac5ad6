// SocketInspector: puts together what the kernel, /proc and the socket itself say of a connection.
//
// Memory:   bounded.
// Lifetime: the owners must outlive it; a row is valid until the next call.
// Threads:  one thread at a time.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "sockets/socket_options.h"
#include "sockets/socket_owners.h"
#include "sockets/tcp_socket.h"
#include "sockets/user_names.h"

namespace deadpeer {

struct SocketCounts {
    std::uint64_t connections = 0;
    std::uint64_t on = 0;
    std::uint64_t off = 0;
    std::uint64_t not_known = 0;        // a process has it, and its options could not be read
    std::uint64_t without_process = 0;  // closed by it, or not accepted yet
};

// "Connections: 3; keepalive on 1, off 1, not known 1; without a process 0", with a line end.
std::string counts_text(const SocketCounts& counts);

class SocketInspector {
public:
    explicit SocketInspector(const SocketOwners& owners) : owners_(owners) {}

    OwnedSocket inspect(const TcpSocket& socket);

    [[nodiscard]] const SocketCounts& counts() const { return counts_; }
    // A sentence about cells that stay empty for want of a right; empty if there are none. Looks once more
    // for processes that were not found.
    [[nodiscard]] std::string warning() const;

private:
    static constexpr std::size_t kMostHidden = 65'536;

    void inspect_owned(OwnedSocket& row);
    void note_answer(const OptionsAnswer& answer, OwnedSocket& row);

    const SocketOwners& owners_;
    UserNames users_;
    SocketCounts counts_;
    std::set<std::uint32_t> hidden_;  // inodes that no process was found for, at most kMostHidden
    std::uint64_t refused_ = 0;
    std::uint64_t unsupported_ = 0;
};

}  // namespace deadpeer
