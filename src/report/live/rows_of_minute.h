// RowsOfMinute: how many events and segment rows each connection had in the current minute.
//
// DESCRIPTION
// What:    counts up to a limit; what is beyond is refused.
// Memory:  16 bytes a connection at most, kMostFlows connections; none is kept for a quiet minute.
// Threads: one thread at a time.
//
// IMPLEMENTATION
// Open addressing under a random key (streams are chosen by strangers), at most half full; a slot is one
// word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/hash.h"

namespace deadpeer {

class RowsOfMinute {
public:
    static constexpr std::size_t kMostFlows = std::size_t{1} << 20;

    RowsOfMinute() : hash_(0) {}

    static constexpr unsigned kMostEvents = (1U << 6) - 1;
    static constexpr unsigned kMostSegments = (1U << 10) - 1;

    // One more of that connection. False: it had `limit` before, or there is no room for it. REQUIRES:
    // `limit` is at most the constant above.
    bool add_event(std::uint64_t stream, unsigned limit);
    bool add_segment(std::uint64_t stream, unsigned limit);
    void clear();

    [[nodiscard]] std::size_t flows() const { return used_; }

private:
    struct Slot {
        std::uint64_t stream : 48;  // the number plus one; 0: free
        std::uint64_t events : 6;
        std::uint64_t segments : 10;
    };
    static_assert(sizeof(Slot) == 8);

    Slot* find(std::uint64_t stream);
    Slot& place_of(std::uint64_t key);
    void grow();

    SeededHash hash_;
    std::vector<Slot> slots_;
    std::size_t used_ = 0;
};

}  // namespace deadpeer
