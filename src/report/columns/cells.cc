#include "report/columns/cells.h"

#include <array>
#include <string>

#include "report/columns/address_text.h"
#include "report/text/text.h"

namespace deadpeer {
namespace {

bool needs_quotes(std::string_view text, char delimiter) {
    if (text.empty()) return false;
    // A blank at either end is part of the cell, but readers that trim unquoted cells are common.
    if (text.front() == ' ' || text.back() == ' ') return true;
    const std::array<char, 5> special = {delimiter, '"', '\r', '\n', '\0'};
    return text.find_first_of(special.data(), 0, special.size()) != std::string_view::npos;
}

}  // namespace

std::string text_cell(std::string_view text, char delimiter) {
    if (delimiter == kCellEnd) return printable(text);
    std::string shown = begins_like_a_formula(text) ? "'" : "";
    shown += printable(text);
    if (!needs_quotes(shown, delimiter)) return shown;
    std::string quoted = "\"";
    for (const char c : shown) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

void Cells::address(const IpAddress& value) {
    // Not to_string(): its std::string would be one allocation a row.
    output_.commit(write_address(separate(), value));
}

void Cells::network(Scope value) {
    word(scope_text(value));
}

void Cells::sentence(std::string_view value) {
    separate();
    if (value.find(dialect_.delimiter) == std::string_view::npos) return output_.append(value);
    output_.append('"');
    output_.append(value);
    output_.append('"');
}

}  // namespace deadpeer
