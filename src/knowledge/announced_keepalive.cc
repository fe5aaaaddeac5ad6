#include "knowledge/announced_keepalive.h"

#include <algorithm>
#include <array>

namespace deadpeer {

// MQTT CONNECT: its type, the remaining length in up to four bytes, the protocol's name and level, flags, and
// the seconds.
Nanoseconds announced_keepalive(std::span<const std::uint8_t> first_bytes) {
    constexpr std::uint8_t kLengthGoesOn = 0x80;
    constexpr std::size_t kMostLengthBytes = 4;
    constexpr std::array<std::uint8_t, 6> kMqtt = {0, 4, 'M', 'Q', 'T', 'T'};
    constexpr std::array<std::uint8_t, 8> kMqtt31 = {0, 6, 'M', 'Q', 'I', 's', 'd', 'p'};
    if (!may_announce_keepalive(first_bytes)) return kNoTime;

    std::size_t at = 1;
    while (at < first_bytes.size() && at < kMostLengthBytes && (first_bytes[at] & kLengthGoesOn) != 0) ++at;
    const auto rest = first_bytes.subspan(std::min(at + 1, first_bytes.size()));
    const auto begins_with = [&](std::span<const std::uint8_t> name) {
        return rest.size() >= name.size() + 4 && std::ranges::equal(rest.first(name.size()), name);
    };
    const std::size_t name = begins_with(kMqtt) ? kMqtt.size() : begins_with(kMqtt31) ? kMqtt31.size() : 0;
    if (name == 0) return kNoTime;
    const Nanoseconds seconds = rest[name + 2] << 8U | rest[name + 3];
    return seconds == 0 ? kNoTime : seconds * kSecond;
}

}  // namespace deadpeer
