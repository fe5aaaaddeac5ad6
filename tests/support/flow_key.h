// Flow keys as values, for tests.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "deadpeer/address.h"

namespace deadpeer {

// The key of a packet's flow, and the packet's direction in it. Addresses are bytes in network order.
inline std::pair<FlowKey, Direction> make_flow_key(const std::array<std::uint64_t, 2>& source,
                                                   std::uint16_t source_port,
                                                   const std::array<std::uint64_t, 2>& destination,
                                                   std::uint16_t destination_port, bool is_v6) {
    FlowKey key;
    const Direction direction = write_flow_key(
        {source[0], source[1]}, source_port, {destination[0], destination[1]}, destination_port, is_v6, key);
    return {key, direction};
}

}  // namespace deadpeer
