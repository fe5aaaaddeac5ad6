// The words of a comparison's values, as reports have them.
#pragma once

#include <array>
#include <string_view>

#include "compare/connection_pairs.h"
#include "compare/fates.h"
#include "compare/path_verdict.h"

namespace deadpeer::comparing {

inline constexpr std::array<std::string_view, 5> kFateWords = {"crossed", "lost_between", "injected_between",
                                                               "changed_between", "unknown"};
inline constexpr std::array<std::string_view, 9> kPathFateWords = {
    "unknown",     "open",          "closed",        "died_between",      "answer_died_between",
    "peer_silent", "reset_by_path", "reset_by_peer", "terminated_between"};
inline constexpr std::array<std::string_view, 5> kPairedByWords = {"five_tuple", "isn", "packets", "offset",
                                                                   "times"};
inline constexpr std::array<std::string_view, 4> kNatWords = {"none", "source", "destination", "both"};

constexpr std::string_view to_string(Fate fate) {
    return kFateWords.at(static_cast<std::size_t>(fate));
}
constexpr std::string_view to_string(PathFate fate) {
    return kPathFateWords.at(static_cast<std::size_t>(fate));
}
constexpr std::string_view to_string(PairedBy how) {
    return kPairedByWords.at(static_cast<std::size_t>(how));
}
constexpr std::string_view to_string(Nat nat) {
    return kNatWords.at(static_cast<std::size_t>(nat));
}

}  // namespace deadpeer::comparing
