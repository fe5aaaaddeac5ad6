// TCP options: kind (1), length (1) of the whole option, value; kinds 0 and 1 are a lone byte.
//
// Errors: a list that makes no sense ends there; what was read before it counts. An option whose length is
//         not that of its kind is passed over. Both are said in Segment::bad_options.
// Source: RFC 9293 section 3.2; RFC 7323 (3, 8); RFC 2018 (4, 5); RFC 8684 section 3 (30).
#pragma once

#include <algorithm>
#include <cstddef>

#include "deadpeer/segment.h"
#include "decode/bytes.h"

namespace deadpeer::decoding {

// As without any option.
inline void clear_tcp_options(Segment& segment) {
    segment.tsval = 0;
    segment.tsecr = 0;
    segment.sack_blocks = 0;
    segment.window_scale = kNoWindowScale;
    segment.mptcp_subtypes = 0;
    segment.has_timestamps = false;
    segment.sack_permitted = false;
}

inline void read_timestamps(const std::uint8_t* option, Segment& segment) {
    segment.has_timestamps = true;
    segment.tsval = read_be32(option + 2);
    segment.tsecr = read_be32(option + 6);
}

inline void read_sack(const std::uint8_t* option, std::uint32_t length, Segment& segment) {
    // A TCP header has room for four blocks.
    segment.sack_blocks =
        static_cast<std::uint8_t>(std::min<std::size_t>((length - 2) / 8, segment.sack.size()));
    for (std::size_t i = 0; i < segment.sack_blocks; ++i) {
        segment.sack[i] = {read_be32(option + 2 + 8 * i), read_be32(option + 6 + 8 * i)};
    }
}

inline constexpr std::uint8_t kLargestShift = kNoWindowScale - 1;

inline void read_tcp_option(const std::uint8_t* option, std::uint32_t length, Segment& segment) {
    switch (option[0]) {
        case 3:  // window scale
            // Shifts above 14 all mean 14 (RFC 7323 section 2.3); 255 would mean that there is none.
            if (length == 3) segment.window_scale = std::min(option[2], kLargestShift);
            break;
        case 4:
            if (length == 2) segment.sack_permitted = true;
            break;
        case 5:  // selective acknowledgement: blocks of two numbers
            if (length >= 10) read_sack(option, length, segment);
            break;
        case 8:
            if (length == 10) read_timestamps(option, segment);
            break;
        case 30:  // multipath TCP: the subtype is the upper half of the first byte
            if (length < 3 || option[2] >= 0x80) break;
            segment.mptcp_subtypes |= static_cast<std::uint8_t>(1U << (option[2] >> 4));
            break;
        default:
            break;
    }
}

inline bool has_length_of_its_kind(std::uint8_t kind, std::uint32_t length) {
    switch (kind) {
        case 2:  // maximum segment size
            return length == 4;
        case 3:
            return length == 3;
        case 4:
            return length == 2;
        case 5:
            return length >= 10 && length % 8 == 2;
        case 8:
            return length == 10;
        default:
            return true;
    }
}

// Reads the options that lie wholly within `size` bytes of the `declared` ones.
inline void read_tcp_options(const std::uint8_t* options, std::uint32_t size, std::uint32_t declared,
                             Segment& segment) {
    constexpr std::uint8_t kEnd = 0;
    constexpr std::uint8_t kNoOperation = 1;
    // RFC 7323 appendix A: what nearly every segment with options carries, and nothing else.
    constexpr std::uint32_t kAlignedTimestamps = 0x0101080a;
    if (size == 12 && read_be32(options) == kAlignedTimestamps) {
        read_timestamps(options + 2, segment);
        return;
    }
    for (std::uint32_t at = 0; at < size && options[at] != kEnd;) {
        if (options[at] == kNoOperation) {
            ++at;
            continue;
        }
        if (declared - at < 2) segment.bad_options = true;
        if (size - at < 2) return;
        const std::uint32_t length = options[at + 1];
        if (length < 2) {
            // As Wireshark has it, nothing comes after it: a cut takes nothing away.
            segment.bad_options = segment.options_complete = true;
            return;
        }
        if (length > declared - at) segment.bad_options = true;
        if (length > size - at) return;
        if (!has_length_of_its_kind(options[at], length)) segment.bad_options = true;
        read_tcp_option(options + at, length, segment);
        at += length;
    }
}

}  // namespace deadpeer::decoding
