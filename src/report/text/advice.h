// Advice: what to set to what.
//
// Source:  tcp(7): tcp_keepalive_time, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT; socket(7):
//          SO_KEEPALIVE.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer {

inline constexpr std::string_view kKeepaliveIdle = "TCP_KEEPIDLE (net.ipv4.tcp_keepalive_time)";

// A dead connection held longer than this calls for a quicker keepalive.
inline constexpr Nanoseconds kTooLong = 300 * kSecond;

// A silence this long may be what made a middlebox drop the connection; below it there is no whole
// second that TCP_KEEPIDLE could be set to.
inline constexpr Nanoseconds kIdleEnough = 2 * kSecond;

// The connection came through a silence as long before, give or take how late timers fire: not the silence
// broke it.
bool survived_as_long(Nanoseconds idle, Nanoseconds survived);

// "at most 5 min": the longest round time that is clearly below the idle timeout.
void say_limit(std::string& out, Nanoseconds timeout);

// "To notice such a death within a minute, set ... on HOST." if it took too long.
void advise_quicker(std::string& advice, Nanoseconds half_open, const IpAddress& host);

}  // namespace deadpeer
