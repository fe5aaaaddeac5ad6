// The ladder (sequence) diagram of a connection's decisive minutes, as SVG.
//
// What:    two life lines and an arrow for each segment; silence is drawn at one height, with its true
//          length. Widths are shares of the page, so that text keeps its size on a narrow one.
// Threads: pure functions.
#pragma once

#include <span>
#include <string>

#include "report/html/ladder_book.h"
#include "report/text/named.h"

namespace deadpeer {

// What the ladder is of: the connection of a finding.
struct LadderStory {
    Endpoint left;    // who was left with the connection
    Endpoint failed;  // the side that failed; `failure_is_known` tells whether one did
    bool failure_is_known = false;
    Nanoseconds last_heard = kNoTime;  // of the side that failed
    Nanoseconds decided = kNoTime;     // when it was certain
    std::uint64_t first_evidence = 0;  // frame; 0: not known
};

// The steps that are worth a look: from four before the first evidence to the decisive one, 40 at most.
std::span<const Step> decisive_steps(std::span<const Step> steps, const LadderStory& story);

// Whether nobody answered steps[i]: a probe or data repeated, or the last of its kind.
bool is_unanswered(std::span<const Step> steps, std::size_t i);

// A whole <figure>. `number` makes ids unique on the page. `left_out`: steps before those.
void draw_ladder(std::string& out, std::span<const Step> steps, std::size_t left_out,
                 const LadderStory& story, const Named& named, std::size_t number);

}  // namespace deadpeer
