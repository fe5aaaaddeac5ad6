// Advice: what to set to what, as clauses at the end of an explanation.
//
// Source:  tcp(7): tcp_keepalive_time, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT; socket(7):
//          SO_KEEPALIVE.
// Threads: pure functions.
#pragma once

#include <string>

#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer {

// A dead connection held longer than this calls for a quicker keepalive.
inline constexpr Nanoseconds kTooLong = 300 * kSecond;

// A silence this long may be what made a box on the path forget the connection; below it there is no whole
// second that TCP_KEEPIDLE could be set to.
inline constexpr Nanoseconds kIdleEnough = 2 * kSecond;

// The connection came through a silence as long before, give or take how late timers fire: not the silence
// broke it.
bool survived_as_long(Nanoseconds idle, Nanoseconds survived);

// "at most 5 min": the longest round time that is clearly below the idle timeout.
void say_limit(std::string& out, Nanoseconds timeout);

// "; to notice such a death within a minute set ... on HOST" if it took too long.
void advise_quicker(std::string& out, Nanoseconds half_open, const IpAddress& host);

}  // namespace deadpeer
