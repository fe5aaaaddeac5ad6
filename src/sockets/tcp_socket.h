// TcpSocket: what the kernel tells of one of its TCP sockets, what its process set, and which process
// that is.
//
// Units:   durations in nanoseconds, kNoTime where unknown; queues in bytes.
// Threads: plain values.
// Source:  sock_diag(7), tcp(7), include/uapi/linux/inet_diag.h and tcp.h, include/net/tcp_states.h.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer {

// By the kernel's number.
enum class TcpState : std::uint8_t {
    kEstablished = 1,
    kSynSent,
    kSynReceived,
    kFinWait1,
    kFinWait2,
    kTimeWait,
    kClosed,
    kCloseWait,
    kLastAck,
    kListen,
    kClosing,
};

std::string_view to_string(TcpState state);

// By the kernel's number.
enum class TcpTimer : std::uint8_t { kNone, kRetransmit, kKeepalive, kTimeWait, kWindowProbe };

std::string_view to_string(TcpTimer timer);

struct TcpInfo {
    std::uint32_t retransmits = 0;  // of the oldest segment that waits for an ACK
    std::uint32_t probes = 0;       // of keepalive or of a closed window, not answered
    std::uint32_t unacked = 0;      // segments
    Nanoseconds last_data_sent = kNoTime;
    Nanoseconds last_data_received = kNoTime;
    Nanoseconds last_ack_received = kNoTime;
};

struct TcpSocket {
    Endpoint local;
    Endpoint remote;
    TcpState state = TcpState::kClosed;
    TcpTimer timer = TcpTimer::kNone;
    Nanoseconds timer_expires = kNoTime;
    std::uint32_t send_queue = 0;
    std::uint32_t receive_queue = 0;
    std::uint32_t uid = 0;    // of its process, where there is an inode
    std::uint32_t inode = 0;  // 0: no process has it any more, or yet
    std::optional<TcpInfo> info;
};

struct KeepaliveOptions {
    bool on = false;
    Nanoseconds idle = 0;
    Nanoseconds interval = 0;
    std::uint32_t count = 0;
    Nanoseconds user_timeout = 0;  // 0: none is set
};

struct SocketOwner {
    pid_t pid = 0;
    std::string_view process;  // the name that it gave itself. Untrusted text.
    uid_t uid = 0;
};

// What a row is made of.
struct OwnedSocket {
    TcpSocket socket;
    std::optional<SocketOwner> owner;
    std::optional<KeepaliveOptions> options;
    std::string_view user;  // empty: not known. Untrusted text.
};

}  // namespace deadpeer
