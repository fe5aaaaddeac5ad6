#include "decode/decode.h"

#include <span>

#include "decode/aggregate.h"
#include "decode/arcnet.h"
#include "decode/arp.h"
#include "decode/atm.h"
#include "decode/capture_header.h"
#include "decode/cisco_hdlc.h"
#include "decode/erf.h"
#include "decode/ethernet.h"
#include "decode/fragment.h"
#include "decode/frame_relay.h"
#include "decode/geneve.h"
#include "decode/gre.h"
#include "decode/gtp_u.h"
#include "decode/icmp.h"
#include "decode/ieee802_11.h"
#include "decode/ip.h"
#include "decode/ip_extension.h"
#include "decode/ipv6_routing.h"
#include "decode/l2tp.h"
#include "decode/link_source.h"
#include "decode/linux_sll.h"
#include "decode/linux_sll2.h"
#include "decode/lisp.h"
#include "decode/llc.h"
#include "decode/mpls.h"
#include "decode/nflog.h"
#include "decode/nsh.h"
#include "decode/null_loopback.h"
#include "decode/plain_frame.h"
#include "decode/ppp.h"
#include "decode/pppoe.h"
#include "decode/tagged_ethernet.h"
#include "decode/tcp.h"
#include "decode/tcp_quote.h"
#include "decode/teredo.h"
#include "decode/token_ring.h"
#include "decode/tzsp.h"
#include "decode/udp.h"
#include "decode/vlan.h"
#include "decode/vxlan.h"

namespace deadpeer {
namespace {

using namespace decoding;

constexpr Parser kEncapsulated = stop_at<SkipReason::kEncapsulated>;

Next tcp_or_quoted_tcp(Packet& packet) {
    return packet.quote.inside ? quoted_tcp(packet) : tcp(packet);
}

// Who comes next: to read one more header, write its parser and give it a row. The number that is met
// most often stands first in each table.
struct Row {
    std::uint16_t number;
    Parser parse;
};

constexpr Row kLinkTypes[] = {
    {kLinkTypeEthernet, ethernet},       // ETHERNET
    {113, linux_sll},                    // LINUX_SLL
    {276, linux_sll2},                   // LINUX_SLL2
    {kLinkTypeRaw, ip},                  // RAW
    {0, null_loopback},                  // NULL
    {108, null_loopback},                // LOOP
    {228, ip},                           // IPV4
    {229, ipv6},                         // IPV6
    {12, ip},                            // DLT_RAW as most systems number it
    {14, ip},                            // DLT_RAW as OpenBSD numbers it
    {kLinkTypePpp, ppp},                 // PPP
    {50, ppp},                           // PPP_HDLC
    {104, cisco_hdlc},                   // C_HDLC
    {105, ieee802_11},                   // IEEE802_11
    {127, radiotap},                     // IEEE802_11_RADIOTAP
    {192, ppi},                          // PPI
    {119, prism},                        // IEEE802_11_PRISM
    {163, avs},                          // IEEE802_11_AVS
    {107, frame_relay},                  // FRELAY
    {10, fddi},                          // FDDI
    {6, token_ring},                     // IEEE802_5
    {51, pppoe},                         // PPP_ETHER
    {100, atm_llc},                      // ATM_RFC1483
    {123, sun_atm},                      // SUNATM
    {122, ip_over_fibre_channel},        // IP_OVER_FC
    {138, ip_over_1394},                 // APPLE_IP_OVER_IEEE1394
    {7, arcnet<2>},                      // ARCNET_BSD
    {129, arcnet<4>},                    // ARCNET_LINUX
    {197, erf},                          // ERF
    {178, juniper_ethernet},             // JUNIPER_ETHER
    {239, nflog},                        // NFLOG
    {258, pktap},                        // PKTAP
    {226, header_before_ip<24>},         // IPNET
    {117, packet_filter_log},            // PFLOG
    {109, header_before_ip<12>},         // ENC
    {281, ethernet_with_switch_tag<4>},  // DSA_TAG_BRCM
    {282, tag_before_ethernet<4>},       // DSA_TAG_BRCM_PREPEND
    {283, ethernet_with_switch_tag<4>},  // DSA_TAG_DSA
    {284, ethernet_with_switch_tag<8>},  // DSA_TAG_EDSA
};

constexpr Row kEtherTypes[] = {
    {kEtherTypeIpv4, ip},
    {kEtherTypeIpv6, ipv6},
    {0x8100, vlan},  // 802.1Q
    {0x88a8, vlan},  // 802.1ad
    {0x9100, vlan},  // the same before it was standardised
    {kLinuxLlc, llc},
    {kLinuxEthernet, ethernet},
    {kLinuxPppHdlc, ppp},
    {kEtherTypeMpls, mpls},
    {0x8848, mpls},   // upstream-assigned label
    {0x8864, pppoe},  // session
    {0x880b, ppp},
    {0x8903, tag_before_ethernet<2>},  // Cisco FabricPath
    {0x8909, cisco_metadata},
    {0x88e7, backbone_service},  // 802.1ah
    {0x6558, ethernet},          // transparent Ethernet bridging
    {kErspanTypeTwo, tag_before_ethernet<8>},
    {kErspanTypeThree, erspan_type_three},
    {0x883e, wccp},
    {kEtherTypeNsh, nsh},
    {0x22f3, trill},
    {0x892f, tag_before_ether_type<4>},  // HSR
    {0x8926, tag_before_ether_type<4>},  // VN-Tag
    {0x0806, arp},
};

constexpr Row kPppProtocols[] = {
    {0x0021, ip},   {0x0057, ipv6}, {0x003d, kEncapsulated},  // multilink
    {0x0281, mpls}, {0x0283, mpls},                           // upstream-assigned label
};

constexpr Row kIpProtocols[] = {
    {kProtocolTcp, tcp_or_quoted_tcp},
    {17, udp},
    {0, ip_extension},  // hop-by-hop options
    {43, ipv6_routing},
    {140, ip_extension},  // shim6
    {44, ip_fragment_header},
    {51, ip_authentication},
    {60, ip_extension},  // destination options
    {1, icmp},
    {58, icmpv6},
    {50, stop_at<SkipReason::kEncrypted>},
    {4, ipv4},   // IPv4 in IP
    {41, ipv6},  // IPv6 in IP
    {47, gre},
    {97, tag_before_ethernet<2>},  // Ethernet in IP
    {137, mpls},
};

// Tunnels in UDP, by IANA's port numbers.
constexpr Row kUdpPorts[] = {
    {4789, vxlan}, {6081, geneve}, {2152, gtp_u},       {4790, vxlan_gpe}, {3544, teredo}, {5072, ayiya},
    {1701, l2tp},  {6635, mpls},   {5247, capwap_data}, {4341, lisp_data}, {37008, tzsp},
};

Next parse_by(std::span<const Row> table, SkipReason unknown, std::uint16_t number, Packet& packet) {
    for (const Row& row : table) {
        if (row.number == number) return row.parse(packet);
    }
    return stop(unknown);
}

Next parse_by_port(Next ports, Packet& packet) {
    for (const std::uint16_t port : {ports.number, ports.other_number}) {
        for (const Row& row : kUdpPorts) {
            if (row.number == port) return row.parse(packet);
        }
    }
    return stop(SkipReason::kNotTcp);
}

Next parse(Next header, Packet& packet) {
    switch (header.space) {
        case NumberSpace::kLinkType:
            return parse_by(kLinkTypes, SkipReason::kUnsupportedLinkType, header.number, packet);
        case NumberSpace::kEtherType:
            return parse_by(kEtherTypes, SkipReason::kNotIp, header.number, packet);
        case NumberSpace::kPppProtocol:
            return parse_by(kPppProtocols, SkipReason::kNotIp, header.number, packet);
        case NumberSpace::kIpProtocol:
            return parse_by(kIpProtocols, SkipReason::kNotTcp, header.number, packet);
        case NumberSpace::kUdpPort:
            return parse_by_port(header, packet);
        case NumberSpace::kFragment:
            return reassemble(header, packet);
        case NumberSpace::kAggregate:  // read_headers()
        case NumberSpace::kNone:
            break;
    }
    return header;
}

Packet whole_frame(const FrameView& frame, std::uint8_t batch_index, SegmentBatch& out) {
    Packet packet;
    packet.data = frame.data;
    packet.captured = frame.captured_length;
    packet.reported = std::max(frame.original_length, frame.captured_length);
    packet.frame_check_bytes = frame.fcs_bytes;
    packet.frame = &frame;
    packet.out = &out;
    packet.batch_index = batch_index;
    packet.networks = Networks(out.scope);
    packet.networks.enter_interface(frame.interface);
    return packet;
}

void add_heard(const Packet& packet, const Sender& sender, std::uint64_t mac) {
    const FrameView& frame = *packet.frame;
    Heard& heard = packet.out->heard[packet.out->heard_count++];
    heard = Heard{};
    heard.time = frame.time;
    heard.frame = frame.number;
    heard.mac = mac;
    if (sender.address == nullptr) return;
    std::memcpy(heard.host.bytes.data(), sender.address, sender.is_v6 ? 16 : 4);
    heard.host.is_v6 = sender.is_v6;
    heard.host.set_scope(sender.scope);
    heard.ip_id = sender.is_v6 ? std::uint16_t{0} : sender.ip_id;
    heard.claims_host = sender.claims_address;
}

// The link-layer address is that of who sent the outermost packet.
void note_heard(const Packet& packet, const FrameView& frame, bool is_segment) {
    const bool in_tunnel = packet.tunnel.address != nullptr;
    const std::uint64_t mac = link_source(frame);
    if (in_tunnel) add_heard(packet, packet.tunnel, mac);
    if (!is_segment) add_heard(packet, packet.sender(), in_tunnel ? 0 : mac);
}

// How much there was before a packet.
struct Found {
    std::size_t segments = 0;
    std::size_t notices = 0;

    explicit Found(const SegmentBatch& batch) : segments(batch.count), notices(batch.notice_count) {}
};

// What was found in fragments is not in the frame, or not all of it.
SkipReason finish_fragments(const Packet& packet, const FrameView* frame, SkipReason reason, Found before) {
    if (packet.frame == frame && !packet.in_lone_fragment) return reason;
    SegmentBatch& out = *packet.out;
    for (Segment& segment : std::span(out.segments).first(out.count).subspan(before.segments)) {
        if (packet.in_lone_fragment) segment.analysed = false;
        segment.payload_offset = segment.captured_payload = 0;
    }
    for (Notice& notice : std::span(out.notices).first(out.notice_count).subspan(before.notices))
        notice.quote.payload_offset = notice.quote.captured_payload = 0;
    return packet.in_lone_fragment && reason != SkipReason::kNone ? SkipReason::kFragment : reason;
}

// Reads the headers from that on, and answers why the way ends.
SkipReason read_headers(Packet& packet, Next next);

// Each packet of an aggregate, while there is room for the segment that may be in it. Where there are
// segments nothing else counts; else it is as if the last one had come alone.
SkipReason read_aggregate(Packet& packet) {
    if (packet.in_aggregate) return SkipReason::kTooDeep;
    packet.in_aggregate = true;
    const Found before(*packet.out);
    Packet rest = packet;
    SkipReason reason = SkipReason::kShortLinkHeader;
    while (packet.out->count < before.segments + SegmentBatch::kSegmentsPerFrame &&
           packet.out->notice_count == before.notices) {
        const std::optional<Packet> subframe = next_subframe(rest);
        if (!subframe) break;
        packet = *subframe;
        const Found so_far(*packet.out);
        reason = read_headers(packet, ether_type(kLinuxLlc));
        reason = finish_fragments(packet, rest.frame, reason, so_far);
        packet.frame = rest.frame;
        packet.in_lone_fragment = false;
    }
    if (packet.out->count == before.segments) return reason;
    packet.out->notice_count = before.notices;
    packet.quote = {};
    return SkipReason::kNone;
}

SkipReason read_headers(Packet& packet, Next next) {
    constexpr int kMaxHeaders = 32;  // the innermost TCP of a mirrored tunnel in a tunnel has about 20
    for (int headers = 0; headers < kMaxHeaders; ++headers) {
        if (next.space == NumberSpace::kAggregate) return read_aggregate(packet);
        next = parse(next, packet);
        if (next.space != NumberSpace::kNone) continue;
        return packet.quote.inside ? packet.quote.reason : next.reason;
    }
    return packet.quote.inside ? packet.quote.reason : SkipReason::kTooDeep;
}

[[gnu::noinline]] SkipReason decode_by_tables(const FrameView& frame, std::uint8_t batch_index,
                                              SegmentBatch& out) {
    if (frame.interface == kUndeclaredInterface) return SkipReason::kBadInterface;
    const Found before(out);
    Packet packet = whole_frame(frame, batch_index, out);
    packet.fragments = frame.rejected_by_filter ? nullptr : out.reassembler;
    if (packet.fragments != nullptr) packet.fragments->begin_frame();
    SkipReason reason = read_headers(packet, link_type(frame.link_type));
    reason = finish_fragments(packet, &frame, reason, before);
    if (!out.scope.tunnel) out.note_network(before.segments, packet.networks.virtual_network());
    note_heard(packet, frame, reason == SkipReason::kNone && !frame.rejected_by_filter);
    return reason;
}

// Who sent it is heard all the same.
SkipReason pass_over(const FrameView& frame, std::uint8_t batch_index, SegmentBatch& out) {
    const std::size_t segments = out.count;
    const std::size_t notices = out.notice_count;
    if (frame.captured_length > 0) decode_by_tables(frame, batch_index, out);
    out.cut_back(segments);
    out.notice_count = notices;
    return SkipReason::kFiltered;
}

}  // namespace

SkipReason decode_in_interface(const FrameView& frame, std::uint8_t batch_index, SegmentBatch& out) {
    if (frame.rejected_by_filter) return pass_over(frame, batch_index, out);
    if (frame.captured_length == 0) return SkipReason::kEmptyFrame;
    return decode_by_tables(frame, batch_index, out);
}

SkipReason decode(const FrameView& frame, std::uint8_t batch_index, SegmentBatch& out) {
    if (frame.rejected_by_filter) return pass_over(frame, batch_index, out);
    if (frame.captured_length == 0) return SkipReason::kEmptyFrame;
    if (is_plain_frame(frame)) {
        read_plain_frame(frame, batch_index, out.add());
        return SkipReason::kNone;
    }
    return decode_by_tables(frame, batch_index, out);
}

}  // namespace deadpeer
