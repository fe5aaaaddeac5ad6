// The kernel's answers to a dump of its TCP sockets, as bytes of a netlink socket.
//
// What:    read_diag_messages() hands on each socket of one datagram. Attributes that it does not know,
//          sockets of other families and states that are none are passed over; a length that does not fit
//          ends it.
// Memory:  none is kept; the bytes may stand at any address.
// Threads: pure functions.
// Source:  netlink(7), sock_diag(7), rtnetlink(3) for attributes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "sockets/tcp_socket.h"

namespace deadpeer {

// Asks for all sockets of the family (AF_INET, AF_INET6) that have a peer.
inline constexpr std::size_t kDiagRequestBytes = 72;
std::array<std::byte, kDiagRequestBytes> diag_request(std::uint8_t family, std::uint32_t sequence);

struct DiagAnswer {
    enum class Kind : std::uint8_t {
        kMore,    // the next datagram goes on
        kDone,    // the dump is complete
        kFailed,  // the kernel refused it
        kBroken,  // this is no answer of a kernel
    };
    Kind kind = Kind::kMore;
    int error = 0;  // an errno, of kFailed
};

// Messages with another sequence number belong to an earlier request and are passed over.
DiagAnswer read_diag_messages(std::span<const std::byte> datagram, std::uint32_t sequence,
                              const std::function<void(const TcpSocket&)>& on_socket);

}  // namespace deadpeer
