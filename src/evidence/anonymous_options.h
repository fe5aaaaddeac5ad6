// Options and extension headers of which only those bytes stay that tell nothing of anybody.
//
// What:    lengths stay, so that whatever reads them finds the next header; of what is overwritten nothing
//          can be told but how long it was.
// Source:  RFC 791 section 3.1; RFC 8200 section 4; RFC 9293 section 3.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace deadpeer {

inline constexpr std::uint8_t kFragmentHeader = 44;

// All of them: no operation.
void overwrite_ip_options(std::span<std::uint8_t> options);

// Those other than maximum segment size, window scale, SACK and timestamps, and what cannot be read.
void overwrite_tcp_options(std::span<std::uint8_t> options);

// How long the IPv6 extension header of that number is that begins with `bytes`; 0: that is none, or too
// little of it is there to tell.
std::size_t length_of_extension(std::uint8_t number, std::span<const std::uint8_t> bytes);
// What it holds besides the next header and its length; a fragment's stays.
void overwrite_extension(std::uint8_t number, std::span<std::uint8_t> header);

}  // namespace deadpeer
