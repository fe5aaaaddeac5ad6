#include "report/text/text.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace deadpeer {
namespace {

struct CodePoint {
    char32_t value = 0;
    std::size_t length = 0;  // bytes; 0 = ill-formed
};

std::uint8_t byte_at(std::string_view text, std::size_t i) {
    return static_cast<std::uint8_t>(text[i]);
}

// REQUIRES: not empty.
CodePoint first_code_point(std::string_view text) {
    const std::uint8_t lead = byte_at(text, 0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
    char32_t value = lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte_at(text, i) & 0xc0U) != 0x80) return {};
        value = value << 6U | (byte_at(text, i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> kSmallestOfLength = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < kSmallestOfLength[length] || value > 0x10ffff || surrogate) return {};
    return {value, length};
}

struct Range {
    char32_t first, last;
};

// Not control characters by number, yet they change how their neighbours look, or cannot be seen.
constexpr std::array<Range, 7> kDeceptive = {{{0x00ad, 0x00ad},
                                              {0x061c, 0x061c},
                                              {0x200b, 0x200f},
                                              {0x2028, 0x202e},
                                              {0x2060, 0x206f},
                                              {0xfeff, 0xfeff},
                                              {0xfff9, 0xfffb}}};

bool is_deceptive(char32_t c) {
    for (const Range& range : kDeceptive) {
        if (c >= range.first && c <= range.last) return true;
    }
    return false;
}

void append_escaped(std::string& out, char32_t c) {
    switch (c) {
        case U'\t':
            out += "\\t";
            return;
        case U'\n':
            out += "\\n";
            return;
        case U'\r':
            out += "\\r";
            return;
        default:
            break;
    }
    const auto number = static_cast<std::uint32_t>(c);
    if (number < 0x100) {
        fmt::format_to(std::back_inserter(out), "\\x{:02X}", number);
    } else {
        fmt::format_to(std::back_inserter(out), "\\u{:04X}", number);
    }
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const CodePoint c = first_code_point(text);
        if (c.length == 0) {
            out += "\xef\xbf\xbd";
            text.remove_prefix(1);
            continue;
        }
        const bool control = c.value < 0x20 || (c.value >= 0x7f && c.value < 0xa0);
        if (control || is_deceptive(c.value)) {
            append_escaped(out, c.value);
        } else {
            out += text.substr(0, c.length);
        }
        text.remove_prefix(c.length);
    }
    return out;
}

bool begins_like_a_formula(std::string_view text) {
    if (text.empty()) return false;
    switch (first_code_point(text).value) {
        case U'=':
        case U'+':
        case U'-':
        case U'@':
        case U'\t':
        case U'\r':
        case U'\n':
        case U'\uFF1D':  // full-width =
        case U'\uFF0B':  // full-width +
        case U'\uFF0D':  // full-width -
        case U'\uFF20':  // full-width @
            return true;
        default:
            return false;
    }
}

std::string base_name(std::string_view path) {
    if (path == "-") return "stdin";
    const std::size_t slash = path.find_last_of('/');
    return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

}  // namespace deadpeer
