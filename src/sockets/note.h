// note_of(): one sentence about a socket: what it does now, or who would notice the death of its peer.
//
// Threads: pure functions.
// Source:  tcp(7); Linux, net/ipv4/tcp_timer.c, for when keepalive and TCP_USER_TIMEOUT give up.
#pragma once

#include <string>

#include "sockets/tcp_socket.h"

namespace deadpeer {

// Empty: nothing to say. It has neither quotes nor text of others in it.
std::string note_of(const OwnedSocket& row);

// How long a peer is silent until keepalive gives it up; REQUIRES: keepalive is on.
Nanoseconds silence_until_given_up(const KeepaliveOptions& options);

}  // namespace deadpeer
