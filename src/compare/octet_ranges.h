// Octet ranges: which octets were seen at both points, however offloading cut or joined the segments.
//
// What:    a range at one point is whole at the other if those there, near enough in time, have all of its
//          octets together.
// Cost:    sorting, and a look at what overlaps.
// Threads: pure function.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "deadpeer/time.h"

namespace deadpeer::comparing {

struct OctetRange {
    std::uint32_t seq = 0;
    std::uint32_t length = 0;
    Nanoseconds time = 0;  // when it was, or should be, at B
    std::uint32_t place = 0;
};

// Of a range at A of which B has a part: the first octets that it has not.
struct MissingOctets {
    std::uint32_t place = 0;
    std::uint32_t offset = 0;  // in the range
    std::uint32_t length = 0;
};

struct OctetPairs {
    // Places there, and of one there that overlaps.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> whole_at_a;  // those of A that are whole at B
    std::vector<std::pair<std::uint32_t, std::uint32_t>> whole_at_b;  // those of B that are whole at A
    std::vector<MissingOctets> part_at_a;  // those of A that are not whole at B, but in part
    std::vector<MissingOctets> part_at_b;
};

// REQUIRES: both in the order of their capture, numbers as B has them.
OctetPairs pair_ranges(const std::vector<OctetRange>& at_a, const std::vector<OctetRange>& at_b,
                       Nanoseconds tolerance);

}  // namespace deadpeer::comparing
