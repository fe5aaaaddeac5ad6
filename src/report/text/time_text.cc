#include "report/text/time_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>

#include "core/parse_number.h"

namespace deadpeer {
namespace {

// "00" to "99".
constexpr auto kPairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = static_cast<char>('0' + (i % 2 == 0 ? i / 20 : i / 2 % 10));
    return pairs;
}();

template <int kDigits>
char* write_padded(char* out, std::uint32_t value) {
    int left = kDigits;
    for (; left >= 2; left -= 2, value /= 100) std::memcpy(out + left - 2, &kPairs[value % 100 * 2], 2);
    if (left == 1) *out = static_cast<char>('0' + value % 10);
    return out + kDigits;
}

std::uint64_t magnitude(Nanoseconds value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return value < 0 ? 0 - bits : bits;
}

// Sign and whole seconds; the sub-second part is left to the caller.
char* write_whole_seconds(char* out, Nanoseconds value) {
    if (value < 0) *out++ = '-';
    return std::to_chars(out, out + kTimeTextCapacity, magnitude(value) / kSecond).ptr;
}

std::uint32_t subsecond(Nanoseconds value) {
    return static_cast<std::uint32_t>(magnitude(value) % kSecond);
}

}  // namespace

char* UtcText::write(char* out, Nanoseconds time) {
    // Not std::chrono::floor: it overflows in the first second that a Nanoseconds can tell.
    const bool before_epoch = time % kSecond < 0;
    const std::int64_t second = time / kSecond - (before_epoch ? 1 : 0);
    const Nanoseconds of_second = time % kSecond + (before_epoch ? kSecond : 0);
    if (second < day_begins_ || second - day_begins_ >= kDay) begin_day(second);
    const auto of_day = static_cast<std::uint32_t>(second - day_begins_);

    out = std::copy(date_.begin(), date_.end(), out);
    out = write_padded<2>(out, of_day / 3600);
    *out++ = ':';
    out = write_padded<2>(out, of_day / 60 % 60);
    *out++ = ':';
    out = write_padded<2>(out, of_day % 60);
    *out++ = '.';
    out = write_padded<9>(out, static_cast<std::uint32_t>(of_second));
    *out++ = 'Z';
    return out;
}

void UtcText::begin_day(std::int64_t second) {
    const auto day =
        std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds{std::chrono::seconds{second}});
    const std::chrono::year_month_day date{day};
    day_begins_ = std::chrono::sys_seconds{day}.time_since_epoch().count();
    char* out = write_padded<4>(date_.data(), static_cast<std::uint32_t>(static_cast<int>(date.year())));
    *out++ = '-';
    out = write_padded<2>(out, static_cast<unsigned>(date.month()));
    *out++ = '-';
    out = write_padded<2>(out, static_cast<unsigned>(date.day()));
    *out = 'T';
}

char* write_utc(char* out, Nanoseconds time) {
    return UtcText().write(out, time);
}

std::optional<Nanoseconds> parse_utc_second(std::string_view text) {
    constexpr std::string_view kSeparators = "--T::";
    if (text.size() != kUtcSecond.size()) return std::nullopt;
    std::array<unsigned, 6> parts{};  // from the year to the second
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto part = parse_number<unsigned>(text.substr(0, i == 0 ? 4 : 2));
        if (!part) return std::nullopt;
        parts[i] = *part;
        text.remove_prefix(i == 0 ? 4 : 2);
        if (text.empty()) break;
        if (text.front() != kSeparators[i]) return std::nullopt;
        text.remove_prefix(1);
    }
    const auto [year, month, day, hour, minute, second] = parts;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(month), std::chrono::day(day)};
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second;
    if (seconds > kMostWholeSeconds || seconds < -kMostWholeSeconds) return std::nullopt;
    return seconds * kSecond;
}

char* write_epoch(char* out, Nanoseconds time) {
    out = write_whole_seconds(out, time);
    *out++ = '.';
    return write_padded<9>(out, subsecond(time));
}

char* write_seconds(char* out, Nanoseconds duration) {
    out = write_whole_seconds(out, duration);
    if (subsecond(duration) == 0) return out;
    *out++ = '.';
    out = write_padded<9>(out, subsecond(duration));
    while (out[-1] == '0') --out;
    return out;
}

}  // namespace deadpeer
