// The name that was probably meant.
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

namespace deadpeer {

// How many letters must be put in, taken out or replaced to get from one to the other.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

// REQUIRES: there is a name.
inline std::string_view near_name(std::string_view word, std::span<const std::string_view> names) {
    return *std::ranges::min_element(names, {},
                                     [&](std::string_view name) { return edit_distance(word, name); });
}

}  // namespace deadpeer
