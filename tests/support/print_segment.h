// Segments as short lines, for tests that compare printed forms.
#pragma once

#include <fmt/format.h>

#include <string>

#include "deadpeer/segment.h"

namespace deadpeer {

// "SA" for SYN and ACK; "-" for none.
inline std::string print_flags(std::uint16_t flags) {
    constexpr std::string_view kLetters = "FSRPAUEC";  // by bit number
    std::string text;
    for (const char letter : std::string_view("SFRPAUEC")) {
        if ((flags >> kLetters.find(letter) & 1U) != 0) text += letter;
    }
    return text.empty() ? "-" : text;
}

inline std::string print_endpoint(const Endpoint& endpoint) {
    return endpoint.address.is_v6 ? fmt::format("[{}]:{}", to_string(endpoint.address), endpoint.port)
                                  : fmt::format("{}:{}", to_string(endpoint.address), endpoint.port);
}

// What its options and doubts are; empty for a plain, whole segment.
inline std::string print_extras(const Segment& segment) {
    std::string text;
    if (segment.window_scale != kNoWindowScale) text += fmt::format(" wscale {}", segment.window_scale);
    if (segment.sack_permitted) text += " sack_permitted";
    for (std::size_t i = 0; i < segment.sack_blocks; ++i) {
        text += fmt::format(" sack {}-{}", segment.sack[i].left, segment.sack[i].right);
    }
    if (segment.has_timestamps) text += fmt::format(" ts {}/{}", segment.tsval, segment.tsecr);
    if (segment.mptcp_subtypes != 0) text += fmt::format(" mptcp {:#04x}", segment.mptcp_subtypes);
    if (!segment.analysed) text += " unanalysed";
    if (!segment.labels_printed) text += " unlabelled";
    if (!segment.options_complete) text += " options_cut";
    if (segment.bad_options) text += " bad_options";
    if (segment.cut_before_window) text += " cut_before_window";
    if (segment.icmp_quote) text += " icmp_quote";
    return text;
}

// "10.0.0.1:40000 > 10.0.0.2:80 A 1000(3) ack 2000 win 512", then the extras.
inline std::string print_segment(const Segment& segment) {
    return fmt::format("{} > {} {} {}({}) ack {} win {}{}", print_endpoint(segment.source()),
                       print_endpoint(segment.destination()), print_flags(segment.flags), segment.seq,
                       segment.payload_length, segment.ack, segment.window, print_extras(segment));
}

// Where it stood: "ttl 64 id 1 header 20 payload 3@54".
inline std::string print_place(const Segment& segment) {
    return fmt::format("ttl {} id {} header {} payload {}@{}", segment.ttl, segment.ip_id,
                       segment.header_length, segment.captured_payload, segment.payload_offset);
}

}  // namespace deadpeer
