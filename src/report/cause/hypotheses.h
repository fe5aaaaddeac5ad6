// Hypotheses: what else may have happened, and what speaks for and against what is said to have.
//
// What:    how a connection ended leaves some causes to choose from; each has clues that exclude it, and
//          others that speak for or against it. Verdicts are decided by rules (src/keepalive/); this table
//          says what the rules leave open.
// Threads: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "report/cause/ending.h"

namespace deadpeer {

struct Hypothesis {
    Ending ending;
    Cause cause;
    Clues needs_one_of = 0;  // 0: nothing
    Clues excluded_by = 0;
    Clues strongly_for = 0;
    Clues weakly_for = 0;
    Clues against = 0;
    int prior = 0;  // how usual it is

    [[nodiscard]] bool is_possible(Clues clues) const {
        return (clues & excluded_by) == 0 && (needs_one_of == 0 || (clues & needs_one_of) != 0);
    }
    [[nodiscard]] int score(Clues clues) const;
};
std::span<const Hypothesis> hypotheses();

struct Weighed {
    static constexpr std::size_t kMostAlternatives = 12;

    // That nothing excludes, the likeliest first; kNone ends them.
    std::array<Cause, kMostAlternatives> alternatives{};
    Clues evidence_for = 0;  // the cause that is told
    Clues evidence_against = 0;
};
Weighed weigh(const Ended& ended);

}  // namespace deadpeer
