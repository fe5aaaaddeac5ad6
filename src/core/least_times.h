// What takes at least so long.
//
// Threads: constants.
#pragma once

#include "deadpeer/time.h"

namespace deadpeer {

// No machine is away for less when it boots.
inline constexpr Nanoseconds kShortestBoot = 5 * kSecond;

// A middlebox may forget a connection after so long a silence, though few are set to less than minutes.
inline constexpr Nanoseconds kShortestPathTimeout = 30 * kSecond;

}  // namespace deadpeer
