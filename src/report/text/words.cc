#include "report/text/words.h"

#include <array>
#include <charconv>

#include "report/columns/address_text.h"

namespace deadpeer {
namespace {

struct Unit {
    std::uint64_t seconds;
    std::string_view name;
};
constexpr std::array<Unit, 4> kUnits = {{{86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}}};

// In the largest unit that fits (days only from two on), and what is left in the next one.
void append_long(std::string& out, std::uint64_t seconds) {
    std::size_t unit = 0;
    while (unit + 1 < kUnits.size() && seconds < kUnits[unit].seconds * (unit == 0 ? 2 : 1)) ++unit;
    say(out, seconds / kUnits[unit].seconds, kUnits[unit].name);
    if (unit + 1 == kUnits.size()) return;
    const std::uint64_t rest = seconds % kUnits[unit].seconds / kUnits[unit + 1].seconds;
    if (rest != 0) say(out, " ", rest, kUnits[unit + 1].name);
}

}  // namespace

void append_word(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits{};
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append_word(std::string& out, const Span& span) {
    constexpr Nanoseconds kTenth = kSecond / 10;
    constexpr std::uint64_t kTenMinutes = 600;
    if (span.duration < kMillisecond) return append_word(out, "under 1 ms");
    if (span.duration < kSecond - kMillisecond / 2) {
        return say(out, static_cast<std::uint64_t>((span.duration + kMillisecond / 2) / kMillisecond), " ms");
    }
    const auto tenths =
        static_cast<std::uint64_t>(span.duration / kTenth) + (span.duration % kTenth >= kTenth / 2 ? 1 : 0);
    if (tenths < 1000) {
        say(out, tenths / 10);
        if (tenths % 10 != 0) say(out, ".", tenths % 10);
        return append_word(out, " s");
    }
    const std::uint64_t seconds = (tenths + 5) / 10;
    if (seconds < kTenMinutes && seconds % 60 != 0) return say(out, seconds, " s");
    append_long(out, seconds);
}

namespace {

void append_address(std::string& out, const IpAddress& address) {
    std::array<char, kAddressTextCapacity> text{};
    out.append(text.data(), write_address(text.data(), address));
}

[[gnu::noinline]] void append_network(std::string& out, Scope scope) {
    say(out, " (", scope_text(scope), ")");
}

}  // namespace

void append_word(std::string& out, const IpAddress& address) {
    append_address(out, address);
    if (address.scope != 0) append_network(out, address.scope);
}

void append_word(std::string& out, const Side& side) {
    const bool brackets = side.endpoint.address.is_v6;
    if (brackets) out += '[';
    append_address(out, side.endpoint.address);
    if (brackets) out += ']';
    say(out, ":", std::uint64_t{side.endpoint.port});
    if (const Scope scope = side.endpoint.address.scope; scope != 0) append_network(out, scope);
}

void append_word(std::string& out, const Count& count) {
    say(out, count.number, " ", count.number == 1 ? count.one : count.many);
}

void append_word(std::string& out, MacText mac) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int shift = 44; shift >= 0; shift -= 4) {
        out += kDigits[mac.address >> shift & 0xF];
        if (shift % 8 == 0 && shift > 0) out += ':';
    }
}

}  // namespace deadpeer
