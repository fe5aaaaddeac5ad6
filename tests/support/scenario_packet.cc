#include "support/scenario_packet.h"

#include <array>

#include <tins/tins.h>

namespace deadpeer::test {
namespace {

Tins::TCP tcp_of(const ScenarioPacket& packet) {
    Tins::TCP tcp(packet.destination.port, packet.source.port);
    tcp.flags(packet.flags);
    tcp.seq(packet.seq);
    tcp.ack_seq(packet.ack);
    tcp.window(packet.window);
    for (const ScenarioOption& option : packet.options) {
        tcp.add_option({option.kind, option.value.begin(), option.value.end()});
    }
    if (!packet.payload.empty()) tcp.inner_pdu(Tins::RawPDU(packet.payload));
    return tcp;
}

Tins::EthernetII::address_type ethernet_address(std::uint64_t mac) {
    std::array<std::uint8_t, 6> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes.at(i) = static_cast<std::uint8_t>(mac >> (40 - 8 * i));
    return {bytes.data()};
}

}  // namespace

std::vector<std::uint8_t> to_bytes(const ScenarioPacket& packet) {
    if (packet.source.is_v6()) {
        Tins::IPv6 ip(packet.destination.address, packet.source.address);
        ip.hop_limit(packet.ttl);
        ip.inner_pdu(tcp_of(packet));
        return ip.serialize();
    }
    Tins::IP ip(packet.destination.address, packet.source.address);
    ip.ttl(packet.ttl);
    ip.id(packet.ip_id);
    ip.inner_pdu(tcp_of(packet));
    return ip.serialize();
}

std::vector<std::uint8_t> in_ethernet(const std::vector<std::uint8_t>& packet, std::uint64_t mac) {
    std::vector<std::uint8_t> frame{2, 0, 0, 0, 0, 0xee};
    for (int shift = 40; shift >= 0; shift -= 8) frame.push_back(static_cast<std::uint8_t>(mac >> shift));
    const bool is_v6 = packet.at(0) >> 4 == 6;
    frame.push_back(is_v6 ? 0x86 : 0x08);
    frame.push_back(is_v6 ? 0xdd : 0x00);
    frame.insert(frame.end(), packet.begin(), packet.end());
    return frame;
}

std::vector<std::uint8_t> address_probe(const ScenarioEndpoint& host, std::uint64_t mac) {
    const Tins::EthernetII::address_type sender = ethernet_address(mac);
    if (!host.is_v6()) {
        Tins::ARP arp(host.address, "0.0.0.0", Tins::ARP::hwaddress_type(), sender);
        arp.opcode(Tins::ARP::REQUEST);
        return (Tins::EthernetII("ff:ff:ff:ff:ff:ff", sender) / arp).serialize();
    }
    Tins::ICMPv6 solicitation(Tins::ICMPv6::NEIGHBOUR_SOLICIT);
    solicitation.target_addr(host.address);
    Tins::IPv6 ip("ff02::1:ff00:2", "::");
    ip.hop_limit(255);
    return (Tins::EthernetII("33:33:ff:00:00:02", sender) / ip / solicitation).serialize();
}

std::vector<std::uint8_t> claim(const ScenarioEndpoint& host, std::uint64_t mac) {
    const Tins::EthernetII::address_type sender = ethernet_address(mac);
    if (!host.is_v6()) {
        Tins::ARP arp(host.address, host.address, Tins::ARP::hwaddress_type(), sender);
        arp.opcode(Tins::ARP::REQUEST);
        return (Tins::EthernetII("ff:ff:ff:ff:ff:ff", sender) / arp).serialize();
    }
    Tins::ICMPv6 advertisement(Tins::ICMPv6::NEIGHBOUR_ADVERT);
    advertisement.target_addr(host.address);
    advertisement.override(1);
    advertisement.target_link_layer_addr(sender);
    Tins::IPv6 ip("ff02::1", host.address);
    ip.hop_limit(255);
    return (Tins::EthernetII("33:33:00:00:00:01", sender) / ip / advertisement).serialize();
}

std::vector<std::uint8_t> unreachable(const ScenarioPacket& packet, const std::string& router,
                                      Unreachable code) {
    const Tins::RawPDU quote(to_bytes(packet));
    if (packet.source.is_v6()) {
        constexpr std::uint8_t kCodes[] = {0, 3, 4, 1};  // RFC 4443 section 3.1
        Tins::ICMPv6 icmp(Tins::ICMPv6::DEST_UNREACHABLE);
        icmp.code(kCodes[static_cast<int>(code)]);
        icmp.inner_pdu(quote);
        Tins::IPv6 ip(packet.source.address, router);
        ip.inner_pdu(icmp);
        return ip.serialize();
    }
    constexpr std::uint8_t kCodes[] = {0, 1, 3, 13};  // RFC 792, RFC 1812 section 5.2.7.1
    Tins::ICMP icmp(Tins::ICMP::DEST_UNREACHABLE);
    icmp.code(kCodes[static_cast<int>(code)]);
    icmp.inner_pdu(quote);
    Tins::IP ip(packet.source.address, router);
    ip.inner_pdu(icmp);
    return ip.serialize();
}

}  // namespace deadpeer::test
