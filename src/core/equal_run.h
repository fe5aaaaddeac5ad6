// equal_run: the neighbours in a sorted sequence that share a key.
//
// Why: std::ranges::equal_range does as much, but clang 14 cannot compile libstdc++'s.
#pragma once

#include <algorithm>
#include <functional>
#include <span>

namespace deadpeer {

// REQUIRES: `sorted` is ordered by `key_of`.
template <typename T, typename Key, typename KeyOf>
std::span<const T> equal_run(std::span<const T> sorted, const Key& key, KeyOf key_of) {
    const auto before = [&](const T& entry, const Key& wanted) {
        return std::invoke(key_of, entry) < wanted;
    };
    const auto after = [&](const Key& wanted, const T& entry) { return wanted < std::invoke(key_of, entry); };
    const auto begin = std::lower_bound(sorted.begin(), sorted.end(), key, before);
    return {begin, std::upper_bound(begin, sorted.end(), key, after)};
}

}  // namespace deadpeer
