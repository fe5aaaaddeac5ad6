// What the cells of a column hold, so that a format that has types can write numbers as numbers.
//
// Threads: constants.
#pragma once

#include <cstdint>
#include <string_view>

namespace deadpeer {

enum class CellType : std::uint8_t {
    kText,
    kInteger,  // not negative
    kSeconds,  // up to 9 decimals
    kTime,     // UTC
    kList,     // texts, joined by ';'
    kWords,    // texts, joined by a space
    kNumbers,  // integers, joined by a space
};

constexpr bool is_list(CellType type) {
    return type >= CellType::kList;
}

constexpr std::string_view to_string(CellType type) {
    switch (type) {
        case CellType::kText:
            return "text";
        case CellType::kInteger:
            return "integer";
        case CellType::kSeconds:
            return "seconds";
        case CellType::kTime:
            return "time";
        case CellType::kList:
        case CellType::kWords:
            return "list of text";
        case CellType::kNumbers:
            return "list of integers";
    }
    return {};
}

}  // namespace deadpeer
