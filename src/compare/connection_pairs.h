// Connection pairs: which connection at A is which at B.
//
// What:     tried in this order, each on what is left: the same addresses and ports; the same pair of initial
//           sequence numbers; at least five packets with equal seq, ack, length, flags and TSval; the same
//           with a constant difference of the sequence numbers of each direction. Where several would do
//           none is taken. A connection with the same addresses and ports, both of whose handshakes were
//           seen and have nothing in common, was terminated by something between the points.
// Cost:     about one hash look-up a segment; memory is one small entry a segment of what is left.
// Threads:  pure function.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "compare/capture_point.h"

namespace deadpeer::comparing {

enum class PairedBy : std::uint8_t { kFiveTuple, kInitialNumbers, kPackets, kOffset, kTimes };
enum class Nat : std::uint8_t { kNone, kSource, kDestination, kBoth };

// The two sides of a connection, by role as A has it.
inline constexpr std::size_t kInitiator = 0;
inline constexpr std::size_t kResponder = 1;

struct ConnectionPair {
    std::size_t a = 0;  // place in CapturePoint::connections
    std::size_t b = 0;
    bool roles_swapped = false;  // B, which saw no SYN, took the other side for the initiator
    bool terminated = false;     // two connections: something between the points speaks with both
    PairedBy paired_by = PairedBy::kFiveTuple;
    Nat nat = Nat::kNone;
    std::array<std::uint32_t, 2> shift{};  // by side: sequence number at B less that at A
};

// Whose address or port is another at B.
Nat nat_between(const PointConnection& a, const PointConnection& b, bool roles_swapped);

std::vector<ConnectionPair> pair_connections(const CapturePoint& a, const CapturePoint& b);

// Which side sent it.
inline std::size_t side_of(const SegmentRecord& segment, const PointConnection& connection, bool swapped) {
    const bool by_initiator = (segment.direction == connection.initiator) != swapped;
    return by_initiator ? kInitiator : kResponder;
}

}  // namespace deadpeer::comparing
