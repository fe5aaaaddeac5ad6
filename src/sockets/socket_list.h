// list_tcp_sockets(): every TCP socket of this network namespace that has a peer.
//
// What:    dumps of NETLINK_SOCK_DIAG, IPv4 then IPv6, in the kernel's order. Needs no privilege. Sockets
//          that come or go meanwhile may be in it or not.
// Memory:  one datagram.
// Threads: one thread at a time.
// Errors:  finished sentences: the kernel has no tcp_diag, or no netlink.
// Source:  sock_diag(7).
#pragma once

#include <functional>

#include "deadpeer/result.h"
#include "sockets/tcp_socket.h"

namespace deadpeer {

// `stopped` is asked between datagrams; the list ends where it answers true.
Status list_tcp_sockets(
    const std::function<void(const TcpSocket&)>& on_socket,
    const std::function<bool()>& stopped = [] { return false; });

}  // namespace deadpeer
