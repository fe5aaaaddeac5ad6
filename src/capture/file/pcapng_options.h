// Options of pcapng blocks: the few that matter here.
//
// Errors: an option that overruns its block, or has another length than its kind has, is ignored; of an
//         option that may stand once, the first counts (as in Wireshark).
// Source: draft-ietf-opsawg-pcapng, sections 3.5 and 4.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "capture/live/load.h"

namespace deadpeer::capture {

// Calls visit(code, value) for each whole option.
template <bool kSwapped, typename Visitor>
void for_each_option(std::span<const std::uint8_t> bytes, Visitor visit) {
    constexpr std::uint16_t kEnd = 0;
    while (bytes.size() >= 4) {
        const std::uint16_t code = load16<kSwapped>(bytes.data());
        const std::size_t length = load16<kSwapped>(bytes.data() + 2);
        if (code == kEnd || length > bytes.size() - 4) return;
        visit(code, bytes.subspan(4, length));
        bytes = bytes.subspan(std::min(bytes.size(), 4 + (length + 3) / 4 * 4));
    }
}

struct InterfaceOptions {
    std::string name;  // cut after kMaxNameBytes
    std::uint8_t resolution = 6;
    std::int64_t offset_s = 0;
    std::uint8_t fcs_bytes = 0;
};

struct PacketOptions {
    std::optional<std::uint8_t> fcs_bytes;
    std::optional<std::uint64_t> dropped_before;
};

struct StatisticsOptions {
    std::optional<std::uint64_t> dropped;  // by the interface and by the operating system
};

inline constexpr std::size_t kMaxNameBytes = 255;

template <bool kSwapped>
InterfaceOptions read_interface_options(std::span<const std::uint8_t> bytes);
template <bool kSwapped>
PacketOptions read_packet_options(std::span<const std::uint8_t> bytes);
template <bool kSwapped>
StatisticsOptions read_statistics_options(std::span<const std::uint8_t> bytes);

}  // namespace deadpeer::capture
