// Rotation: when a period of reports ends and the next begins.
//
// What:    by time, on the clock's own boundaries (every full hour UTC for 1 h), by size, or both. The size
//          is that of what ended in the period; open connections are in every period and count for nothing.
// Units:   nanoseconds since 1970, bytes.
// Threads: constants.
#pragma once

#include <cstdint>
#include <optional>

#include "deadpeer/time.h"

namespace deadpeer {

struct Rotation {
    Nanoseconds every = 0;    // 0: not by time
    std::uint64_t bytes = 0;  // 0: not by size

    // The first boundary after `time`.
    [[nodiscard]] std::optional<Nanoseconds> boundary_after(Nanoseconds time) const {
        if (every <= 0) return std::nullopt;
        const Nanoseconds into = time % every;
        return time - into + (into < 0 ? 0 : every);
    }
};

}  // namespace deadpeer
