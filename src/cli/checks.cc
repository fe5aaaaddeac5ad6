#include "cli/checks.h"

#include <cstdint>
#include <string_view>

#include "cli/connection_limit.h"
#include "cli/live/rotation.h"
#include "core/parse_number.h"

namespace deadpeer::cli {
namespace {

constexpr double kLongestSilence = 1e9;  // seconds

bool is_digits(std::string_view word) {
    return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

// A check that complains that a word `is` something else.
template <typename Good>
CLI::Validator check(Good good, const char* is) {
    return CLI::Validator(
        [good, is](std::string& word) {
            return good(std::string_view(word)) ? std::string() : "'" + word + "' is not " + is;
        },
        "");
}

}  // namespace

CLI::Validator whole_number() {
    return check(is_digits, "a whole number");
}

CLI::Validator size() {
    return CLI::Validator(
        [](std::string& word) -> std::string {
            const std::string wrong = "'" + word + "' is not a size, as 64MB or 1GB";
            // The library takes signs, and counts down from the largest number.
            if (word.empty() || word.front() < '0' || word.front() > '9') return wrong;
            try {
                std::string bytes = word;
                if (!CLI::AsSizeValue(false)(bytes).empty()) return wrong;
                word = bytes;
            } catch (const CLI::ParseError&) {
                return wrong;
            }
            return {};
        },
        "");
}

CLI::Validator sixteen_bits() {
    const auto good = [](std::string_view word) { return parse_number<std::uint16_t>(word).has_value(); };
    return check(good, "a whole number from 0 to 65,535");
}

CLI::Validator seconds() {
    const auto good = [](std::string_view word) {
        const auto number = parse_number<double>(word);
        return number && *number >= 0 && *number <= kLongestSilence;  // so that NaN is refused, too
    };
    return check(good, "a number of seconds from 0 to 1,000,000,000");
}

CLI::Validator connection_limit() {
    const auto good = [](std::string_view word) {
        return parse_connection_limit(std::string(word)).has_value();
    };
    return check(good, "PORT=N with a port from 1 to 65535, as in 443=1000");
}

CLI::Validator rotation() {
    const auto good = [](std::string_view word) { return parse_rotation(std::string(word)).has_value(); };
    return check(good, "a time as 30min, 1h or 1d, or a size as 100MB or 2GB");
}

}  // namespace deadpeer::cli
