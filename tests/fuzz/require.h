// What must hold for any input of a fuzz target.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace deadpeer::fuzz {

inline void require(bool holds) {
    if (!holds) std::abort();
}

inline void require_equal(const std::string& one, const std::string& other) {
    if (one == other) return;
    std::fprintf(stderr, "%s\nis not\n%s\n", one.c_str(), other.c_str());
    std::abort();
}

}  // namespace deadpeer::fuzz
