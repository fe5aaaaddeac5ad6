// Html: text as words of a page; what others chose cannot become markup.
//
//     say(page, "<td>", Html{name}, "</td>");
//
// Threads: pure functions.
// Source:  HTML Living Standard, 13.1.2.3 (attributes) and 13.1.4 (character references).
#pragma once

#include <string>
#include <string_view>

#include "report/text/words.h"

namespace deadpeer {

// Made printable, and escaped for text and for attributes in double quotes.
struct Html {
    std::string_view text;
};
void append_word(std::string& out, const Html& html);

// At most `most` characters, with an ellipsis for the rest: names may be long.
std::string shortened(std::string_view text, std::size_t most);

// A number with one decimal: coordinates.
struct Coordinate {
    double value;
};
void append_word(std::string& out, const Coordinate& coordinate);

// Times as a page tells them.
std::string clock_time(Nanoseconds time);     // 06:52:22.600
std::string date_and_time(Nanoseconds time);  // 2026-11-21 06:52:22

}  // namespace deadpeer
