// Dispensability: which connection to evict when memory runs out.
#pragma once

#include "engine/connection.h"

namespace deadpeer {

// Which of two connections can rather be spared: half-open and one-way ones first, then those that ended,
// then the longest silent.
struct Dispensability {
    int rank;
    Nanoseconds last_time;

    [[nodiscard]] bool more_than(const Dispensability& other) const {
        return rank != other.rank ? rank > other.rank : last_time < other.last_time;
    }
};

inline Dispensability dispensability(const Connection& connection) {
    const bool one_way = connection.sent[0].segments == 0 || connection.sent[1].segments == 0;
    return {one_way ? 2 : has_ended(connection) ? 1 : 0, connection.last_time()};
}

}  // namespace deadpeer
