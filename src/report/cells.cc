#include "report/cells.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>
#include <string>

#include "report/text.h"

namespace deadpeer {
namespace {

char* write_ipv4(char* out, const IpAddress& address) {
    for (std::size_t i = 0; i < 4; ++i) {
        if (i != 0) *out++ = '.';
        out = std::to_chars(out, out + 3, address.bytes[i]).ptr;
    }
    return out;
}

bool needs_quotes(std::string_view text, char delimiter) {
    if (text.empty()) return false;
    // A blank at either end is part of the cell, but readers that trim unquoted cells are common.
    if (text.front() == ' ' || text.back() == ' ') return true;
    const std::array<char, 5> special = {delimiter, '"', '\r', '\n', '\0'};
    return text.find_first_of(special.data(), 0, special.size()) != std::string_view::npos;
}

}  // namespace

std::string text_cell(std::string_view text, char delimiter) {
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
    char* out = separate();
    if (!value.is_v6) return output_.commit(write_ipv4(out, value));
    // Not to_string(): its std::string would be one allocation a row.
    ::inet_ntop(AF_INET6, value.bytes.data(), out, INET6_ADDRSTRLEN);
    output_.commit(out + std::strlen(out));
}

}  // namespace deadpeer
