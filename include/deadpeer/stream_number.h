// StreamNumber: what names a connection, Wireshark's tcp.stream.
#pragma once

#include <cstdint>

namespace deadpeer {

// Counted from 0 in the order of the connections' first frames, and never used again, however long the run:
// 2^32 connections are 72 minutes of a SYN flood.
using StreamNumber = std::uint64_t;

}  // namespace deadpeer
