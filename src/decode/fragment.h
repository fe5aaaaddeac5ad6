// A fragment of an IP datagram: what comes next is the datagram, once it is whole.
//
// Fragments that were not captured whole are no use to Wireshark either. It then reads the headers in the
// first one, if it is IPv4's: a segment there has a stream number and is not analysed. Those that an ICMP
// error quotes are left alone: nobody sent them now.
#pragma once

#include "decode/packet.h"
#include "decode/reassembler.h"
#include "decode/tcp.h"

namespace deadpeer::decoding {

inline Next look_into_lone_fragment(Packet& packet, std::uint8_t protocol, std::uint32_t offset) {
    if (packet.is_v6 || offset != 0) return stop(SkipReason::kFragment);
    packet.in_lone_fragment = true;
    return ip_protocol(protocol);
}

// REQUIRES: `fragment` is of NumberSpace::kFragment, and the Packet stands behind its header.
inline Next reassemble(Next fragment, Packet& packet) {
    if (packet.out->reassembler == nullptr) packet.out->lacked_reassembler = true;
    if (packet.fragments == nullptr || packet.quote.inside) return stop(SkipReason::kFragment);
    const auto protocol = static_cast<std::uint8_t>(fragment.number);
    const std::uint32_t offset = fragment.other_number & 0xfff8U;
    if (packet.is_cut || packet.captured < packet.reported) {
        return look_into_lone_fragment(packet, protocol, offset);
    }
    // For Wireshark neither the next header nor the VLAN tells the datagrams of IPv6 apart.
    Reassembler::Key key;
    key.source = read_address(packet.source, packet.is_v6);
    key.destination = read_address(packet.destination, packet.is_v6);
    key.identification = packet.fragment_id;
    key.vlan = packet.is_v6 ? std::uint16_t{0} : packet.vlan;
    key.protocol = packet.is_v6 ? std::uint8_t{0} : protocol;
    key.is_v6 = packet.is_v6;
    key.scope = packet.scope;
    const bool more_follow = (fragment.other_number & 1U) != 0;
    const FrameView* const datagram =
        packet.fragments->add(key, {offset, more_follow, {packet.data, packet.captured}}, *packet.frame);
    if (datagram == nullptr) return stop(SkipReason::kFragment);
    packet.frame = datagram;
    packet.data = datagram->data;
    packet.captured = packet.reported = datagram->captured_length;
    return ip_protocol(protocol);
}

}  // namespace deadpeer::decoding
