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

inline void set_payload(const Packet& packet, std::uint32_t header_length, Segment& segment) {
    const bool fits = header_length <= packet.reported;
    const std::uint32_t offset = std::min(header_length, packet.captured);
    segment.analysed = fits;
    segment.payload_length = fits ? packet.reported - header_length : 0;
    segment.payload_offset =
        static_cast<std::uint16_t>(static_cast<std::uint32_t>(packet.data - packet.frame->data) + offset);
    // With a data offset below 5 the "payload" begins inside the header: nothing to show to anyone.
    const std::uint32_t captured = header_length < kTcpFixedHeader ? 0 : packet.captured - offset;
    segment.captured_payload = static_cast<std::uint16_t>(std::min<std::uint32_t>(captured, 0xffff));
}

inline void set_flow(const Packet& packet, Segment& segment) {
    const auto [key, direction] = make_flow_key(packet.source, read_be16(packet.data), packet.destination,
                                                read_be16(packet.data + 2), packet.is_v6);
    segment.key = key;
    segment.direction = direction;
    segment.ip_id = packet.ip_id;
    segment.ttl = packet.ttl;
    segment.time = packet.frame->time;
    segment.frame = packet.frame->number;
    segment.batch_index = packet.batch_index;
}

inline Next tcp(Packet& packet) {
    if (packet.captured < kTcpUpToFlags) {
        return stop(packet.reported < kTcpUpToFlags ? SkipReason::kShortTcp : SkipReason::kCutHeader);
    }
    const std::uint8_t* const header = packet.data;
    const std::uint32_t header_length = (header[12] >> 4) * 4U;
    Segment& segment = packet.out->segments[packet.out->count++];
    segment = Segment{};
    set_flow(packet, segment);
    segment.seq = read_be32(header + 4);
    segment.ack = read_be32(header + 8);
    segment.flags = header[13];
    segment.header_length = static_cast<std::uint8_t>(header_length);
    set_payload(packet, header_length, segment);

    const bool whole = header_length >= kTcpFixedHeader && header_length <= packet.captured;
    segment.labels_printed = whole;
    segment.options_complete = whole;
    if (packet.captured < kTcpUpToWindow) {
        segment.cut_before_window = true;
        segment.analysed = false;
        return stop(SkipReason::kNone);
    }
    segment.window = read_be16(header + 14);
    const std::uint32_t header_end = std::min(header_length, packet.captured);
    if (header_end > kTcpFixedHeader) {
        read_tcp_options(header + kTcpFixedHeader, header_end - kTcpFixedHeader, segment);
    }
    return stop(SkipReason::kNone);
}

}  // namespace deadpeer::decoding
