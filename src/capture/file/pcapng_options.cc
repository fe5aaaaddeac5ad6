#include "capture/file/pcapng_options.h"

#include <algorithm>

namespace deadpeer::capture {
namespace {

constexpr std::uint16_t kInterfaceName = 2;
constexpr std::uint16_t kInterfaceResolution = 9;
constexpr std::uint16_t kInterfaceFcsLength = 13;
constexpr std::uint16_t kInterfaceTimeOffset = 14;
constexpr std::uint16_t kPacketFlags = 2;
constexpr std::uint16_t kPacketDropCount = 4;
constexpr std::uint16_t kStatisticsInterfaceDrops = 5;
constexpr std::uint16_t kStatisticsSystemDrops = 7;

}  // namespace

template <bool kSwapped>
InterfaceOptions read_interface_options(std::span<const std::uint8_t> bytes) {
    InterfaceOptions options;
    bool has_resolution = false;
    bool has_offset = false;
    for_each_option<kSwapped>(bytes, [&](std::uint16_t code, std::span<const std::uint8_t> value) {
        if (code == kInterfaceName && options.name.empty()) {
            options.name.assign(reinterpret_cast<const char*>(value.data()),
                                std::min(value.size(), kMaxNameBytes));
            // Some writers pad with NULs and count them.
            while (!options.name.empty() && options.name.back() == '\0') options.name.pop_back();
        } else if (code == kInterfaceResolution && value.size() == 1 && !has_resolution) {
            options.resolution = value[0];
            has_resolution = true;
        } else if (code == kInterfaceTimeOffset && value.size() == 8 && !has_offset) {
            options.offset_s = static_cast<std::int64_t>(load64<kSwapped>(value.data()));
            has_offset = true;
        } else if (code == kInterfaceFcsLength && value.size() == 1) {
            options.fcs_bytes = value[0];
        }
    });
    return options;
}

template <bool kSwapped>
PacketOptions read_packet_options(std::span<const std::uint8_t> bytes) {
    PacketOptions options;
    for_each_option<kSwapped>(bytes, [&](std::uint16_t code, std::span<const std::uint8_t> value) {
        if (code == kPacketFlags && value.size() == 4) {
            // Bits 5 to 8: octets of FCS, where 0 says that nothing is known.
            const auto fcs_bytes = static_cast<std::uint8_t>(load32<kSwapped>(value.data()) >> 5 & 0xFU);
            if (fcs_bytes != 0) options.fcs_bytes = fcs_bytes;
        } else if (code == kPacketDropCount && value.size() == 8) {
            options.dropped_before = load64<kSwapped>(value.data());
        }
    });
    return options;
}

template <bool kSwapped>
StatisticsOptions read_statistics_options(std::span<const std::uint8_t> bytes) {
    StatisticsOptions options;
    for_each_option<kSwapped>(bytes, [&](std::uint16_t code, std::span<const std::uint8_t> value) {
        const bool counts_drops = code == kStatisticsInterfaceDrops || code == kStatisticsSystemDrops;
        if (counts_drops && value.size() == 8) {
            options.dropped = options.dropped.value_or(0) + load64<kSwapped>(value.data());
        }
    });
    return options;
}

template InterfaceOptions read_interface_options<false>(std::span<const std::uint8_t>);
template InterfaceOptions read_interface_options<true>(std::span<const std::uint8_t>);
template PacketOptions read_packet_options<false>(std::span<const std::uint8_t>);
template PacketOptions read_packet_options<true>(std::span<const std::uint8_t>);
template StatisticsOptions read_statistics_options<false>(std::span<const std::uint8_t>);
template StatisticsOptions read_statistics_options<true>(std::span<const std::uint8_t>);

}  // namespace deadpeer::capture
