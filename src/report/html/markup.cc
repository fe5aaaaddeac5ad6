#include "report/html/markup.h"

#include <array>
#include <charconv>

#include "report/text/text.h"
#include "report/text/time_text.h"

namespace deadpeer {
namespace {

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

std::string utc(Nanoseconds time) {
    std::array<char, kTimeTextCapacity> text{};
    return {text.data(), write_utc(text.data(), time)};
}

}  // namespace

void append_word(std::string& out, const Html& html) {
    for (const char c : printable(html.text)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
}

std::string shortened(std::string_view text, std::size_t most) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (continues_character(text[i])) continue;
        if (++characters > most) return std::string(text.substr(0, i)) + "\u2026";
    }
    return std::string(text);
}

void append_word(std::string& out, const Coordinate& coordinate) {
    std::array<char, 32> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), coordinate.value, std::chars_format::fixed, 1);
    std::string_view digits(text.data(), static_cast<std::size_t>(end.ptr - text.data()));
    if (digits.ends_with(".0")) digits.remove_suffix(2);
    out += digits;
}

std::string clock_time(Nanoseconds time) {
    return time == kNoTime ? "" : utc(time).substr(11, 12);
}

std::string date_and_time(Nanoseconds time) {
    if (time == kNoTime) return {};
    return utc(time).substr(0, 10) + " " + utc(time).substr(11, 8);
}

}  // namespace deadpeer
