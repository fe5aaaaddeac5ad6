// Blocks of pcapng, written one after the other to the end of a text.
//
//     std::string file;
//     put_section(file, "deadpeer");
//     put_interface(file, {"eth0", 1});
//     put_packet(file, frame, 0, nanoseconds(frame.time));
//
// What:    little-endian, times in nanoseconds. The same calls give the same bytes.
// Threads: pure functions.
// Source:  draft-ietf-opsawg-pcapng, sections 3.5 (options), 4.1 to 4.3 (blocks).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/pcapng_block.h"
#include "deadpeer/frame.h"

namespace deadpeer::pcapng {

inline constexpr std::size_t kLongestOption = 0xFFFF;

template <typename Number>
void put(std::string& out, Number number) {
    std::array<char, sizeof number> bytes;
    for (std::size_t i = 0; i < sizeof number; ++i) bytes[i] = static_cast<char>(number >> (8 * i) & 0xFF);
    out.append(bytes.data(), bytes.size());
}

// Up to a multiple of four bytes, after so many.
inline void pad(std::string& out, std::size_t bytes) {
    out.append((4 - bytes % 4) % 4, '\0');
}

// A block stands between the two; begin_block() answers what end_block() is to be told.
std::size_t begin_block(std::string& out, std::uint32_t type);
void end_block(std::string& out, std::size_t begin);

// Cut after kLongestOption.
void put_option(std::string& out, std::uint16_t code, std::string_view value);
void end_options(std::string& out);

void put_section(std::string& out, std::string_view application, std::string_view comment = {});

struct InterfaceBlock {
    std::string name = {};  // empty: none
    LinkType link_type = 0;
    std::uint32_t snap_length = 0;  // 0: no limit
    std::uint8_t fcs_bytes = 0;
    std::int64_t time_offset_s = 0;  // times of its frames count from there

    friend bool operator==(const InterfaceBlock&, const InterfaceBlock&) = default;
};
void put_interface(std::string& out, const InterfaceBlock& interface);

struct PacketOptions {
    std::string_view comment = {};
    std::uint8_t fcs_bytes = 0;  // at most 15; 0: as the interface has it
};
// `time`: nanoseconds since the interface's offset.
void put_packet(std::string& out, const FrameView& frame, std::uint32_t interface, std::uint64_t time,
                const PacketOptions& options = {});

}  // namespace deadpeer::pcapng
