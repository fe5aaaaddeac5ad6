// CaptureWriter: frames of one story, written as classic pcap or as pcapng.
//
// Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace deadpeer::golden {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::uint16_t kLinkNull = 0;
inline constexpr std::uint16_t kLinkEthernet = 1;
inline constexpr std::uint16_t kLinkRaw = 101;
inline constexpr std::uint16_t kLinkSll = 113;
inline constexpr std::uint16_t kLinkSll2 = 276;

struct StoredFrame {
    std::int64_t time_us = 0;  // since 1970
    std::uint16_t link_type = kLinkEthernet;
    Bytes bytes;
};

// Frames by time; those of equal time stay in order.
void sort_by_time(std::vector<StoredFrame>& frames);

// Little-endian, microseconds. REQUIRES: one link type.
Bytes as_pcap(const std::vector<StoredFrame>& frames);

// Little-endian, one interface for each link type in the order of their first frames, microseconds.
Bytes as_pcapng(const std::vector<StoredFrame>& frames);

void write_file(const std::string& path, const Bytes& bytes);

}  // namespace deadpeer::golden
