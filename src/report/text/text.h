// Makes text that others chose (file names, interface names, error details) safe to show.
//
// What:    ill-formed UTF-8 becomes U+FFFD; control characters, line separators, bidirectional overrides
//          and invisible characters become visible escapes (\n, \x1B, \u202E), so that neither a terminal
//          nor a reader is led astray. Everything else stays as it is.
// Threads: pure functions.
// Source:  Unicode Standard, table 3-7 (well-formed UTF-8); Unicode Technical Report 36 (bidi spoofing).
#pragma once

#include <string>
#include <string_view>

namespace deadpeer {

std::string printable(std::string_view text);

// A spreadsheet may take a cell that begins like this for a formula: = + - @, their full-width forms,
// TAB, CR, LF.
bool begins_like_a_formula(std::string_view text);

// The file's name as reports show it: the part after the last slash; "-" is "stdin".
std::string base_name(std::string_view path);

}  // namespace deadpeer
