// TCP: the last header, which makes the Segment.
//
//     0..1   source port            4..7   sequence number             12..13 data offset (4 bits), flags
//     2..3   destination port       8..11  acknowledgement number      14..15 window
//                                                                      16..19 checksum, urgent pointer
//
// Errors: headers that contradict themselves or were cut still make a Segment where Wireshark follows
//         them, with flags that say what must not be believed (see segment.h).
// Source: RFC 9293 section 3.1.
#pragma once

#include "decode/bytes.h"
#include "decode/packet.h"
#include "decode/tcp_options.h"

namespace deadpeer::decoding {

inline constexpr std::uint32_t kTcpFixedHeader = 20;
inline constexpr std::uint32_t kTcpUpToFlags = 14;
inline constexpr std::uint32_t kTcpUpToWindow = 16;
inline constexpr std::uint32_t kTcpUpToChecksum = 18;

inline void set_flow(const Packet& packet, Segment& segment) {
    const std::uint16_t source_port = read_be16(packet.data);
    const std::uint16_t destination_port = read_be16(packet.data + 2);
    segment.direction = write_flow_key(read_address(packet.source, packet.is_v6), source_port,
                                       read_address(packet.destination, packet.is_v6), destination_port,
                                       packet.is_v6, segment.key);
    if (packet.scope != 0) segment.key.set_scope(packet.scope);
}

// Inlined always: a call costs the plain frame three nanoseconds of ten.
// REQUIRES: kTcpUpToFlags bytes were captured.
[[gnu::always_inline]] inline void read_tcp(const Packet& packet, Segment& segment) {
    const std::uint8_t* const header = packet.data;
    const std::uint32_t header_length = (header[12] >> 4) * 4U;
    const std::uint32_t reported = packet.reported;
    const std::uint32_t captured = packet.captured;
    const std::uint32_t header_captured = std::min(header_length, captured);
    const bool whole = header_length >= kTcpFixedHeader && header_length <= captured;
    const FrameView& frame = *packet.frame;
    const std::uint32_t at = static_cast<std::uint32_t>(header - frame.data) + header_captured;

    set_flow(packet, segment);
    segment.time = frame.time;
    segment.frame = frame.number;
    segment.seq = read_be32(header + 4);
    segment.ack = read_be32(header + 8);
    segment.payload_length = header_length <= reported ? reported - header_length : 0;
    segment.window = captured < kTcpUpToWindow ? std::uint16_t{0} : read_be16(header + 14);
    segment.flags = header[13];
    segment.ip_id = !packet.is_v6                  ? packet.ip_id
                    : captured >= kTcpUpToChecksum ? read_be16(header + 16)
                                                   : std::uint16_t{0};
    segment.payload_offset = static_cast<std::uint16_t>(at);
    // With a data offset below 5 the "payload" begins inside the header: nothing to show to anyone.
    segment.captured_payload = static_cast<std::uint16_t>(
        header_length < kTcpFixedHeader ? 0U : std::min<std::uint32_t>(captured - header_captured, 0xffff));
    segment.batch_index = packet.batch_index;
    segment.ttl = packet.ttl;
    segment.header_length = static_cast<std::uint8_t>(header_length);
    clear_tcp_options(segment);
    segment.analysed = header_length <= reported && captured >= kTcpUpToWindow;
    segment.labels_printed = whole;
    segment.options_complete = whole;
    segment.bad_options = header_length < kTcpFixedHeader;
    segment.icmp_quote = false;
    segment.cut_before_window = captured < kTcpUpToWindow;
    if (header_captured > kTcpFixedHeader) {
        read_tcp_options(header + kTcpFixedHeader, header_captured - kTcpFixedHeader,
                         header_length - kTcpFixedHeader, segment);
    }
}

inline Next tcp(Packet& packet) {
    if (packet.captured < kTcpUpToFlags) {
        const bool packet_ends_here = packet.reported < kTcpUpToFlags && !packet.is_cut;
        return stop(packet_ends_here ? SkipReason::kShortTcp : SkipReason::kCutHeader);
    }
    read_tcp(packet, packet.out->add());
    return stop(SkipReason::kNone);
}

}  // namespace deadpeer::decoding
