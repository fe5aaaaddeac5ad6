// Glossary: what every code in the reports means and what to do about it.
//
// What:    one row for each value of an enumeration that reports show; `deadpeer --explain CODE`, its `all`,
//          and the README's section come from here.
// Threads: constants.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace deadpeer {

struct GlossaryEntry {
    std::string_view code;
    std::string_view severity;  // of an event
    std::string_view meaning;   // one sentence
    std::string_view advice;    // what to do; empty: nothing
};

struct GlossarySection {
    std::string_view kind;      // "verdict", "event", ...
    std::string_view found_in;  // report and column
    std::span<const GlossaryEntry> entries;
};

std::span<const GlossarySection> glossary();

// All that is called so, as text; nothing if no code is.
std::optional<std::string> explain_code(std::string_view code);

std::string glossary_as_markdown();

}  // namespace deadpeer
