// The frame that most captures consist of: TCP in IPv4 without options in Ethernet, whole up to the payload.
//
//     0..11   addresses           14      version 4, header of 5 words    34..     TCP, see tcp.h
//     12..13  type 0x0800         15..33  see ipv4.h
//
// What:  what the parsers of ethernet.h, ipv4.h and tcp.h make of it one after the other, with each byte of
//        the headers touched once. A test compares the two.
#pragma once

#include <algorithm>

#include "decode/bytes.h"
#include "decode/packet.h"
#include "decode/tcp.h"

namespace deadpeer::decoding {

inline constexpr std::uint32_t kPlainIp = 14;
inline constexpr std::uint32_t kPlainTcp = kPlainIp + 20;

inline bool is_plain_frame(const FrameView& frame) {
    constexpr std::uint32_t kIpv4Type = 0x0800;
    constexpr std::uint32_t kVersionAndLength = 0x45;
    constexpr std::uint16_t kMoreFragmentsOrOffset = 0x3fff;
    constexpr std::uint8_t kTcp = 6;
    if (frame.link_type != kLinkTypeEthernet || frame.fcs_bytes != 0) return false;
    if (frame.captured_length < kPlainTcp + kTcpFixedHeader) return false;
    const std::uint8_t* const ip = frame.data + kPlainIp;
    const std::uint8_t* const tcp = frame.data + kPlainTcp;
    // The type and the first byte behind it.
    if (read_be32(frame.data + 12) >> 8 != (kIpv4Type << 8 | kVersionAndLength)) return false;
    if ((read_be16(ip + 6) & kMoreFragmentsOrOffset) != 0 || ip[9] != kTcp) return false;
    const std::uint32_t header = (tcp[12] >> 4) * 4U;
    if (header < kTcpFixedHeader || frame.captured_length < kPlainTcp + header) return false;
    const std::uint32_t on_wire = std::max(frame.original_length, frame.captured_length) - kPlainIp;
    const std::uint32_t total = read_be16(ip + 2);
    return total >= kPlainTcp - kPlainIp + header && total <= on_wire;
}

// As write_flow_key() has it: an IPv4 address and its port are one number.
inline Direction write_ipv4_key(const std::uint8_t* ip, const std::uint8_t* tcp, FlowKey& key) {
    constexpr bool kLittle = std::endian::native == std::endian::little;
    const std::uint64_t source = std::uint64_t{read_be32(ip + 12)} << 16 | read_be16(tcp);
    const std::uint64_t destination = std::uint64_t{read_be32(ip + 16)} << 16 | read_be16(tcp + 2);
    const std::uint64_t low = std::min(source, destination);
    const std::uint64_t high = std::max(source, destination);
    const auto word = [](std::uint64_t end) {
        const auto address = static_cast<std::uint32_t>(end >> 16);
        return kLittle ? std::uint64_t{__builtin_bswap32(address)} : std::uint64_t{address} << 32;
    };
    key.low_address = {word(low), 0};
    key.high_address = {word(high), 0};
    key.low_port = static_cast<std::uint16_t>(low);
    key.high_port = static_cast<std::uint16_t>(high);
    key.family_and_scope = 0;
    return static_cast<Direction>(source > destination);
}

// REQUIRES: is_plain_frame().
inline void read_plain_frame(const FrameView& frame, std::uint8_t batch_index, Segment& segment) {
    const std::uint8_t* const ip = frame.data + kPlainIp;
    const std::uint8_t* const tcp = frame.data + kPlainTcp;
    const std::uint32_t header = (tcp[12] >> 4) * 4U;
    const std::uint32_t payload = read_be16(ip + 2) - (kPlainTcp - kPlainIp) - header;
    const std::uint32_t at = kPlainTcp + header;
    segment.direction = write_ipv4_key(ip, tcp, segment.key);
    segment.time = frame.time;
    segment.frame = frame.number;
    segment.seq = read_be32(tcp + 4);
    segment.ack = read_be32(tcp + 8);
    segment.payload_length = payload;
    segment.window = read_be16(tcp + 14);
    segment.flags = tcp[13];
    segment.ip_id = read_be16(ip + 4);
    segment.payload_offset = static_cast<std::uint16_t>(at);
    segment.captured_payload = static_cast<std::uint16_t>(std::min(payload, frame.captured_length - at));
    segment.batch_index = batch_index;
    segment.ttl = ip[8];
    segment.header_length = static_cast<std::uint8_t>(header);
    clear_tcp_options(segment);
    segment.analysed = true;
    segment.labels_printed = true;
    segment.options_complete = true;
    segment.bad_options = false;
    segment.icmp_quote = false;
    segment.cut_before_window = false;
    if (header == kTcpFixedHeader) return;
    const std::uint32_t options = header - kTcpFixedHeader;
    read_tcp_options(tcp + kTcpFixedHeader, options, options, segment);
}

}  // namespace deadpeer::decoding
