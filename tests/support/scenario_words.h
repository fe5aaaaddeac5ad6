// The words of a scenario's lines: numbers, times, flags, options and so on, as scenario.h lists them.
//
// Errors:  std::invalid_argument, with the word and what is wrong with it.
// Threads: pure functions.
#pragma once

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "support/scenario.h"
#include "support/scenario_packet.h"

namespace deadpeer::test {

template <typename... Arguments>
[[noreturn]] void fail(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    throw std::invalid_argument(fmt::format(text, std::forward<Arguments>(arguments)...));
}

template <typename Number>
Number parse_number(std::string_view text, int base = 10) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        fail("'{}' is not a number that fits here", text);
    }
    return value;
}

// Decimal seconds, kept exact: no floating point.
Nanoseconds parse_seconds(std::string_view text);
std::pair<std::string_view, std::string_view> split_at(std::string_view text, char separator);
Words split_words(std::string_view text);
std::vector<std::uint8_t> parse_hex(std::string_view text);
// Twelve hexadecimal digits, or the last two after 0200000000; `none`: 0.
std::uint64_t parse_mac(std::string_view text);
std::uint16_t parse_flags(std::string_view text);
ScenarioEndpoint parse_endpoint(std::string_view text);
std::vector<ScenarioOption> parse_options(std::string_view text);
Unreachable parse_unreachable(std::string_view name);
// SEQ:END(LENGTH)
void parse_sequence(std::string_view text, ScenarioPacket& packet);

}  // namespace deadpeer::test
