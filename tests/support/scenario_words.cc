#include "support/scenario_words.h"

#include <algorithm>
#include <sstream>

#include "deadpeer/segment.h"

namespace deadpeer::test {
namespace {

void append_be32(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

ScenarioOption parse_option(const Words& words) {
    const std::string& name = words.front();
    const auto argument = [&](std::size_t i) -> const std::string& {
        if (i >= words.size()) fail("option {} lacks a value", name);
        return words[i];
    };
    if (name == "nop") return {1, {}};
    if (name == "sackOK") return {4, {}};
    if (name == "wscale") return {3, {parse_number<std::uint8_t>(argument(1))}};
    if (name == "mptcp") {
        const auto subtype = parse_number<std::uint8_t>(argument(1));
        return {30, {static_cast<std::uint8_t>(subtype << 4), 0}};
    }
    ScenarioOption option;
    if (name == "mss") {
        const auto mss = parse_number<std::uint16_t>(argument(1));
        return {2, {static_cast<std::uint8_t>(mss >> 8), static_cast<std::uint8_t>(mss)}};
    }
    if (name == "ts") {
        option.kind = 8;
        append_be32(option.value, parse_number<std::uint32_t>(argument(1)));
        append_be32(option.value, parse_number<std::uint32_t>(argument(2)));
    } else if (name == "sack") {
        option.kind = 5;
        for (std::size_t i = 1; i < words.size(); ++i) {
            const auto [left, right] = split_at(words[i], ':');
            append_be32(option.value, parse_number<std::uint32_t>(left));
            append_be32(option.value, parse_number<std::uint32_t>(right));
        }
    } else {
        fail("'{}' is no option", name);
    }
    return option;
}

}  // namespace

Nanoseconds parse_seconds(std::string_view text) {
    const std::size_t point = text.find('.');
    std::string digits(text.substr(0, point));
    std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
    if (fraction.size() > 9) fail("'{}' has more than nine decimals", text);
    fraction.resize(9, '0');
    if (digits.empty()) digits = "0";
    return parse_number<Nanoseconds>(digits) * kSecond + parse_number<Nanoseconds>(fraction);
}

std::pair<std::string_view, std::string_view> split_at(std::string_view text, char separator) {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) fail("'{}' has no '{}'", text, separator);
    return {text.substr(0, at), text.substr(at + 1)};
}

Words split_words(std::string_view text) {
    std::istringstream stream{std::string(text)};
    Words words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

std::vector<std::uint8_t> parse_hex(std::string_view text) {
    if (text.size() % 2 != 0) fail("'{}' has half a byte", text);
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        bytes.push_back(parse_number<std::uint8_t>(text.substr(i, 2), 16));
    }
    return bytes;
}

std::uint64_t parse_mac(std::string_view text) {
    constexpr std::uint64_t kLocal = 0x0200'0000'0000;
    if (text == "none") return 0;
    const auto value = parse_number<std::uint64_t>(text, 16);
    return text.size() == 2 ? kLocal | value : value;
}

std::uint16_t parse_flags(std::string_view text) {
    constexpr std::string_view kLetters = "FSRP.UEW";  // by bit number
    std::uint16_t flags = 0;
    if (text == "-") return flags;
    for (const char letter : text) {
        const std::size_t bit = kLetters.find(letter);
        if (bit == std::string_view::npos) fail("'{}' is no flag", letter);
        flags = static_cast<std::uint16_t>(flags | 1U << bit);
    }
    return flags;
}

ScenarioEndpoint parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) fail("'{}' has no port", text);
    std::string_view address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    return {std::string(address), parse_number<std::uint16_t>(text.substr(colon + 1))};
}

std::vector<ScenarioOption> parse_options(std::string_view text) {
    std::vector<ScenarioOption> options;
    while (!text.empty()) {
        const std::string_view one = text.substr(0, text.find(','));
        text.remove_prefix(std::min(one.size() + 1, text.size()));
        const Words words = split_words(one);
        if (words.empty()) fail("an option is empty");
        options.push_back(parse_option(words));
    }
    return options;
}

Unreachable parse_unreachable(std::string_view name) {
    if (name == "net") return Unreachable::kNet;
    if (name == "host") return Unreachable::kHost;
    if (name == "port") return Unreachable::kPort;
    if (name == "admin") return Unreachable::kAdmin;
    fail("'{}' is no ICMP code", name);
}

void parse_sequence(std::string_view text, ScenarioPacket& packet) {
    const auto [seq, rest] = split_at(text, ':');
    const auto [end, length] = split_at(rest, '(');
    if (!length.ends_with(')')) fail("'{}' lacks its closing parenthesis", text);
    packet.seq = parse_number<std::uint32_t>(seq);
    packet.payload.resize(parse_number<std::uint16_t>(length.substr(0, length.size() - 1)));
    if (parse_number<std::uint32_t>(end) != packet.seq + static_cast<std::uint32_t>(packet.payload.size())) {
        fail("'{}' does not end where it says", text);
    }
}

}  // namespace deadpeer::test
