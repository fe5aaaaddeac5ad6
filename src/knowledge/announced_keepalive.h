// The silence that a client announces to be the longest it will keep, where its first message says so.
//
// Source:  MQTT 3.1.1 sections 3.1.2.10 (a server closes after one and a half times that) and 3.1; MQTT 5.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "deadpeer/time.h"

namespace deadpeer {

// Whether first bytes as these may announce one; most do not.
inline bool may_announce_keepalive(std::span<const std::uint8_t> first_bytes) {
    constexpr std::uint8_t kMqttConnect = 0x10;
    return !first_bytes.empty() && first_bytes[0] == kMqttConnect;
}

// `first_bytes`: of what a connection's side sends first, as far as they are known. kNoTime: it announces
// none.
Nanoseconds announced_keepalive(std::span<const std::uint8_t> first_bytes);

}  // namespace deadpeer
