// A packet of a simulated path as one point sees it, and its frame.
#pragma once

#include <cstdint>
#include <vector>

#include "compare/simulated_host.h"
#include "deadpeer/time.h"

namespace deadpeer::simulated {

struct Address {
    std::uint32_t ip;
    std::uint16_t port;
};

struct Sight {
    Nanoseconds time = 0;  // true time
    Packet packet;
    Address from{};
    Address to{};
    std::vector<std::uint32_t> ids;
};

// IPv4 and TCP headers; the payload was not captured.
std::vector<std::uint8_t> headers(const Sight& sight);

}  // namespace deadpeer::simulated
