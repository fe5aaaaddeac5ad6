// read_socket_options(): what another process set for one of its TCP sockets.
//
// What:    the socket is opened a second time (pidfd_getfd), asked with getsockopt, and closed. Nothing is
//          changed. That it is still the same socket is checked by its inode.
// Needs:   Linux 5.6; the right to trace the process (CAP_SYS_PTRACE, for one of another user).
// Threads: any.
// Source:  pidfd_open(2), pidfd_getfd(2), socket(7), tcp(7).
#pragma once

#include <cstdint>
#include <optional>

#include "sockets/socket_owners.h"

namespace deadpeer {

struct OptionsAnswer {
    enum class Kind : std::uint8_t {
        kRead,
        kGone,         // the process or the socket is not there any more
        kRefused,      // no right to
        kUnsupported,  // the kernel is too old
    };
    Kind kind = Kind::kGone;
    KeepaliveOptions options = {};  // of kRead
};

OptionsAnswer read_socket_options(const SocketOwners::Found& found, std::uint32_t inode);

}  // namespace deadpeer
