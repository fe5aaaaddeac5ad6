// Relation: how the sequence numbers of a connection at A and of one at B belong together.
//
// What:    the shift of each side under which most packets are equal in seq, ack, length and flags.
//          Candidates are none, the difference of the initial numbers, and the difference that most packets
//          with equal length, flags and TSval have.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "compare/segment_record.h"

namespace deadpeer::comparing {

struct Relation {
    std::array<std::uint32_t, 2> shift{};  // by side of A: initiator, responder
    std::size_t equal = 0;                 // packets
    std::size_t with_content = 0;          // of these, whose TSval, or window and IP id, are equal as well
};

// One connection as one point saw it. `initiator` sent the segments of side 0.
struct View {
    std::span<const SegmentRecord> segments;
    Direction initiator = Direction::kFromLow;

    [[nodiscard]] std::size_t side(const SegmentRecord& segment) const {
        return segment.direction == initiator ? 0 : 1;
    }
};

// Of each side the initial sequence number, if its SYN was seen.
std::array<std::optional<std::uint32_t>, 2> initial_numbers(const View& view);

// With these shifts.
Relation relation_with(const View& a, const View& b, const std::array<std::uint32_t, 2>& shift);

// The best with another shift than none; equal is 0 if there is none.
Relation shifted_relation(const View& a, const View& b);

}  // namespace deadpeer::comparing
