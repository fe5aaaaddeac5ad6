// The TCP header in the packet that an ICMP error quotes, which makes a Notice: no Segment, nobody sent it
// now.
//
// Every error quotes at least 8 bytes of it (RFC 792), the ports and the sequence number: enough to say which
// connection is meant. From 14 on it is a Segment like others, and Wireshark numbers its stream.
#pragma once

#include "decode/notice.h"
#include "decode/tcp.h"

namespace deadpeer::decoding {

inline void read_start_of_tcp(const Packet& packet, Segment& segment) {
    set_flow(packet, segment);
    segment.time = packet.frame->time;
    segment.frame = packet.frame->number;
    segment.seq = read_be32(packet.data + 4);
    segment.batch_index = packet.batch_index;
    segment.ip_id = packet.ip_id;
    segment.ttl = packet.ttl;
    segment.labels_printed = false;
    segment.options_complete = false;
    segment.cut_before_window = true;
}

// REQUIRES: the Packet stands inside a quote.
inline Next quoted_tcp(Packet& packet) {
    constexpr std::uint32_t kUpToSequenceNumber = 8;
    const bool header_quoted = packet.captured >= kTcpUpToFlags;
    const bool connection_quoted =
        packet.quote.kind != Notice::Kind::kQuote && packet.captured >= kUpToSequenceNumber;
    if (!header_quoted && !connection_quoted) return stop(packet.quote.reason);

    packet.quote.reason = SkipReason::kIcmpQuote;
    Notice& notice = add_notice(packet, packet.quote.kind);
    notice.header_quoted = header_quoted;
    if (header_quoted) {
        read_tcp(packet, notice.quote);
    } else {
        read_start_of_tcp(packet, notice.quote);
    }
    notice.quote.icmp_quote = true;
    notice.quote.analysed = false;
    return stop(packet.quote.reason);
}

}  // namespace deadpeer::decoding
