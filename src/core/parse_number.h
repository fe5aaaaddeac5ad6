// The number that a text is.
//
// What:    std::from_chars with nothing left over: no blanks, no plus sign, no locale. Unsigned numbers have
//          no sign at all.
// Threads: pure function.
// Errors:  nothing if the text is no such number, or one that does not fit.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace deadpeer {

template <typename Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

}  // namespace deadpeer
