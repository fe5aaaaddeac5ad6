#include "knowledge/byte_pattern.h"

#include <algorithm>

namespace deadpeer {
namespace {

// Of one hexadecimal digit or `?`.
std::optional<MaskedByte> digit(char c) {
    if (c == '?') return MaskedByte{0, 0};
    if (c >= '0' && c <= '9') return MaskedByte{static_cast<std::uint8_t>(c - '0'), 0xf};
    if (c >= 'a' && c <= 'f') return MaskedByte{static_cast<std::uint8_t>(c - 'a' + 10), 0xf};
    if (c >= 'A' && c <= 'F') return MaskedByte{static_cast<std::uint8_t>(c - 'A' + 10), 0xf};
    return std::nullopt;
}

std::optional<MaskedByte> byte_of(std::string_view two_digits) {
    if (two_digits.size() != 2) return std::nullopt;
    const auto high = digit(two_digits[0]);
    const auto low = digit(two_digits[1]);
    if (!high || !low) return std::nullopt;
    return MaskedByte{static_cast<std::uint8_t>(high->value << 4 | low->value),
                      static_cast<std::uint8_t>(high->mask << 4 | low->mask)};
}

// The character that an escape stands for; `used` are the characters after the backslash that it takes.
std::optional<char> escaped(std::string_view after_backslash, std::size_t& used) {
    if (after_backslash.empty()) return std::nullopt;
    used = 1;
    switch (after_backslash.front()) {
        case 'r':
            return '\r';
        case 'n':
            return '\n';
        case 't':
            return '\t';
        case '\\':
            return '\\';
        case 'x':
            break;
        default:
            return std::nullopt;
    }
    used = 3;
    const auto byte = byte_of(after_backslash.substr(1, 2));
    if (!byte || byte->mask != 0xff) return std::nullopt;
    return static_cast<char>(byte->value);
}

bool starts_with(std::span<const std::uint8_t> message, const std::vector<MaskedByte>& start) {
    return message.size() >= start.size() &&
           std::equal(start.begin(), start.end(), message.begin(), [](MaskedByte wanted, std::uint8_t byte) {
               return (byte & wanted.mask) == wanted.value;
           });
}

}  // namespace

bool BytePattern::matches(std::span<const std::uint8_t> message) const {
    if (message.size() < least_length || message.size() > most_length) return false;
    if (!starts_with(message, start)) return false;
    const auto same = [](std::uint8_t byte, char c) { return byte == static_cast<std::uint8_t>(c); };
    return contains.empty() || std::search(message.begin(), message.end(), contains.begin(), contains.end(),
                                           same) != message.end();
}

std::optional<std::vector<MaskedByte>> parse_masked_bytes(std::string_view text) {
    std::vector<MaskedByte> bytes;
    while (!text.empty()) {
        const std::size_t space = std::min(text.find(' '), text.size());
        const auto byte = byte_of(text.substr(0, space));
        if (!byte) return std::nullopt;
        bytes.push_back(*byte);
        text.remove_prefix(std::min(space + 1, text.size()));
    }
    return bytes;
}

std::optional<std::string> unescape(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c != '\\') {
            plain += c;
            continue;
        }
        std::size_t used = 0;
        const auto character = escaped(text, used);
        if (!character) return std::nullopt;
        plain += *character;
        text.remove_prefix(used);
    }
    return plain;
}

}  // namespace deadpeer
