// split: the parts of a text between separators, empty ones included; of an empty text that is one.
//
// Lifetime: the parts point into the text.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace deadpeer {

inline std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t to = std::min(text.find(separator, from), text.size());
        parts.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    return parts;
}

}  // namespace deadpeer
