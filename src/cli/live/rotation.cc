#include "cli/live/rotation.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace deadpeer::cli {
namespace {

constexpr std::uint64_t kKilobyte = std::uint64_t{1} << 10;
constexpr Nanoseconds kMinute = 60 * kSecond;

struct Unit {
    std::string_view word;
    Nanoseconds time;
    std::uint64_t bytes;
};
// Not "m": a minute or a megabyte?
constexpr std::array<Unit, 7> kUnits = {{{"s", kSecond, 0},
                                         {"min", kMinute, 0},
                                         {"h", 60 * kMinute, 0},
                                         {"d", 24 * 60 * kMinute, 0},
                                         {"kB", 0, kKilobyte},
                                         {"MB", 0, kKilobyte << 10},
                                         {"GB", 0, kKilobyte << 20}}};
constexpr std::uint32_t kMost = 10'000;  // of any unit: 27 years, 10 terabytes

}  // namespace

std::optional<Rotation> parse_rotation(const std::string& word) {
    std::uint32_t number = 0;
    const char* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, number);
    if (error != std::errc{} || number == 0 || number > kMost) return std::nullopt;
    const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
    for (const Unit& each : kUnits) {
        if (each.word == unit) return Rotation{each.time * number, each.bytes * number};
    }
    return std::nullopt;
}

}  // namespace deadpeer::cli
