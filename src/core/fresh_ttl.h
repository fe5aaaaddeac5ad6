// is_fresh_ttl: whether a TTL, or a hop limit, is one that stacks send with: no router has counted it down.
#pragma once

#include <cstdint>

namespace deadpeer {

[[nodiscard]] constexpr bool is_fresh_ttl(std::uint8_t ttl) {
    return ttl == 64 || ttl == 128 || ttl == 255;
}

}  // namespace deadpeer
