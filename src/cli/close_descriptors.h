// Closing what a process that was forked does not need.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <vector>

namespace deadpeer::cli {

inline void close_all_but(std::vector<int> kept) {
    std::ranges::sort(kept);
    unsigned next = 0;
    for (const int descriptor : kept) {
        const auto number = static_cast<unsigned>(descriptor);
        if (number > next) ::close_range(next, number - 1, 0);
        next = number + 1;
    }
    ::close_range(next, ~0U, 0);
}

}  // namespace deadpeer::cli
