// The orders in which a HostBook keeps what it knows: by host, or by address, and time.
//
// Threads: pure functions.
#pragma once

#include <tuple>

namespace deadpeer {

inline constexpr auto is_before = [](const auto& one, const auto& other) {
    return std::tie(one.host, one.first_time) < std::tie(other.host, other.first_time);
};
inline constexpr auto is_announced_before = [](const auto& one, const auto& other) {
    return std::tie(one.host, one.time) < std::tie(other.host, other.time);
};
inline constexpr auto is_lost_before = [](const auto& one, const auto& other) {
    return std::tie(one.address, one.heard) < std::tie(other.address, other.heard);
};

}  // namespace deadpeer
