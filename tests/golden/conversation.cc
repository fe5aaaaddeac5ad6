#include "conversation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace deadpeer::golden {
namespace {

using Tins::TCP;

constexpr std::int64_t kStoryStart_us = 1'795'243'800LL * 1'000'000;  // 2026-11-21T06:50:00Z
constexpr double kAnswer_s = 0.0002;

void put16(Bytes& out, std::uint32_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

Bytes with_header(Bytes header, Tins::PDU& ip) {
    const Bytes packet = ip.serialize();
    header.insert(header.end(), packet.begin(), packet.end());
    return header;
}

bool is_v6(const Tins::PDU& ip) {
    return ip.pdu_type() == Tins::PDU::IPv6;
}

std::int64_t time_of(double at) {
    return kStoryStart_us + std::llround(at * 1e6);
}

std::uint16_t ether_type(const Tins::PDU& ip) {
    return is_v6(ip) ? 0x86dd : 0x0800;
}

void put_address(Bytes& out, const Host& host) {
    const Tins::HWAddress<6> address(host.hardware_address);
    out.insert(out.end(), address.begin(), address.end());
}

Bytes sll_frame(const Host& from, const Host&, Tins::PDU& ip) {
    Bytes header;
    put16(header, 0);  // sent to us
    put16(header, 1);  // ARPHRD_ETHER
    put16(header, 6);
    put_address(header, from);
    put16(header, 0);
    put16(header, ether_type(ip));
    return with_header(header, ip);
}

Bytes sll2_frame(const Host& from, const Host&, Tins::PDU& ip) {
    Bytes header;
    put16(header, ether_type(ip));
    put16(header, 0);
    put16(header, 0);  // interface 2, 32 bits
    put16(header, 2);
    put16(header, 1);       // ARPHRD_ETHER
    put16(header, 0x0006);  // sent to us; address of 6 bytes
    put_address(header, from);
    put16(header, 0);
    return with_header(header, ip);
}

Bytes null_frame(const Host&, const Host&, Tins::PDU& ip) {
    const std::uint8_t family = is_v6(ip) ? 30 : 2;  // AF_INET6 of Darwin, AF_INET; little-endian host
    return with_header({family, 0, 0, 0}, ip);
}

}  // namespace

const Link& ethernet() {
    static const Link link{
        kLinkEthernet, [](const Host& from, const Host& to, Tins::PDU& ip) {
            return (Tins::EthernetII(to.hardware_address, from.hardware_address) / ip).serialize();
        }};
    return link;
}

const Link& vlan() {
    static const Link link{
        kLinkEthernet, [](const Host& from, const Host& to, Tins::PDU& ip) {
            return (Tins::EthernetII(to.hardware_address, from.hardware_address) / Tins::Dot1Q(100) / ip)
                .serialize();
        }};
    return link;
}

const Link& stacked_vlans() {
    static const Link link{kLinkEthernet, [](const Host& from, const Host& to, Tins::PDU& ip) {
                               Bytes frame = (Tins::EthernetII(to.hardware_address, from.hardware_address) /
                                              Tins::Dot1Q(200) / Tins::Dot1Q(100) / ip)
                                                 .serialize();
                               // The service tag is the outer one; not every version of libtins knows.
                               constexpr std::array<std::uint8_t, 2> kService = {0x88, 0xa8};
                               constexpr std::array<std::uint8_t, 2> kCustomer = {0x81, 0x00};
                               std::ranges::copy(kService, frame.begin() + 12);
                               std::ranges::copy(kCustomer, frame.begin() + 16);
                               return frame;
                           }};
    return link;
}

const Link& sll() {
    static const Link link{kLinkSll, sll_frame};
    return link;
}

const Link& sll2() {
    static const Link link{kLinkSll2, sll2_frame};
    return link;
}

const Link& raw() {
    static const Link link{kLinkRaw, [](const Host&, const Host&, Tins::PDU& ip) { return ip.serialize(); }};
    return link;
}

const Link& null_loopback() {
    static const Link link{kLinkNull, null_frame};
    return link;
}

Conversation::Conversation(std::vector<StoredFrame>& frames, const Host& client, std::uint16_t client_port,
                           const Host& server, std::uint16_t server_port, const Link& link)
    : frames_(frames),
      client_{client, client_port, 1'000'000U * client_port, client_port, 77U * client_port},
      server_{server, server_port, 4'000'000'000U + client_port, server_port, 99U * client_port},
      link_(link) {}

void Conversation::skip_ahead(std::uint32_t octets) {
    client_.next_seq += octets;
    server_.next_seq += octets;
}

void Conversation::handshake(double at) {
    send(at, Who::kClient, segment(at, Who::kClient, TCP::SYN));
    ++client_.next_seq;
    const double answered = at + kAnswer_s;
    send(answered, Who::kServer, segment(answered, Who::kServer, TCP::SYN | TCP::ACK));
    ++server_.next_seq;
    ack(at + 0.0003, Who::kClient);
}

void Conversation::data(double at, Who who, std::size_t bytes) {
    send(at, who, segment(at, who, TCP::PSH | TCP::ACK), bytes);
    side(who).next_seq += static_cast<std::uint32_t>(bytes);
    ack(at + kAnswer_s, who == Who::kClient ? Who::kServer : Who::kClient);
}

void Conversation::ack(double at, Who who) {
    send(at, who, segment(at, who, TCP::ACK));
}

void Conversation::probe(double at, Who who, std::size_t bytes) {
    TCP tcp = segment(at, who, TCP::ACK);
    tcp.seq(tcp.seq() - 1);
    send(at, who, std::move(tcp), bytes);
}

void Conversation::close(double at, Who who) {
    const Who second = who == Who::kClient ? Who::kServer : Who::kClient;
    send(at, who, segment(at, who, TCP::FIN | TCP::ACK));
    ++side(who).next_seq;
    send(at + kAnswer_s, second, segment(at, second, TCP::FIN | TCP::ACK));
    ++side(second).next_seq;
    ack(at + 0.0003, who);
}

void Conversation::abort(double at, Who who) {
    send(at, who, segment(at, who, TCP::RST | TCP::ACK));
}

void Conversation::no_socket_reset(double at, Who who) {
    TCP tcp(other(who).port, side(who).port);
    tcp.seq(side(who).next_seq);
    tcp.window(0);
    tcp.flags(TCP::RST);
    side(who).ip_id = 0;
    send(at, who, std::move(tcp));
}

Tins::TCP Conversation::segment(double at, Who who, std::uint16_t flags) {
    TCP tcp(other(who).port, side(who).port);
    tcp.seq(side(who).next_seq);
    tcp.ack_seq((flags & TCP::ACK) != 0 ? other(who).next_seq : 0);
    tcp.flags(flags);
    tcp.window((flags & TCP::SYN) != 0 ? 64240 : 502);
    const auto elapsed_ms = static_cast<std::uint32_t>(std::lround(at * 1000));
    const std::uint32_t echo = (flags & TCP::ACK) != 0 ? other(who).clock_ms : 0;
    side(who).clock_ms = (who == Who::kClient ? 77U : 99U) * client_.port + elapsed_ms;
    if ((flags & TCP::SYN) != 0) {
        tcp.mss(1460);
        tcp.sack_permitted();
    }
    tcp.timestamp(side(who).clock_ms, echo);
    if ((flags & TCP::SYN) != 0) tcp.winscale(7);
    // To whole words here: how libtins fills them up depends on its version.
    for (int padding = (flags & TCP::SYN) != 0 ? 1 : 2; padding > 0; --padding) tcp.add_option({TCP::NOP});
    return tcp;
}

void Conversation::send(double at, Who who, Tins::TCP tcp, std::size_t payload) {
    if (payload > 0) tcp = tcp / Tins::RawPDU(std::string(payload, 'x'));
    const Host& from = side(who).host;
    const Host& to = other(who).host;
    if (from.address.find(':') != std::string::npos) {
        Tins::IPv6 ip(to.address, from.address);
        ip.hop_limit(from.ttl);
        ip.inner_pdu(tcp);
        store(at, who, ip);
        return;
    }
    Tins::IP ip(to.address, from.address);
    ip.ttl(from.ttl);
    ip.flags(Tins::IP::DONT_FRAGMENT);
    ip.id(side(who).ip_id++);
    ip.inner_pdu(tcp);
    store(at, who, ip);
}

void Conversation::store(double at, Who who, Tins::PDU& ip) {
    frames_.push_back({time_of(at), link_.type, link_.frame(side(who).host, other(who).host, ip)});
}

void announce(std::vector<StoredFrame>& frames, double at, const Host& host) {
    const Tins::HWAddress<6> sender(host.hardware_address);
    Tins::ARP arp(host.address, host.address, {}, sender);
    arp.opcode(Tins::ARP::REQUEST);
    Tins::EthernetII frame = Tins::EthernetII(Tins::EthernetII::BROADCAST, sender) / arp;
    frames.push_back({time_of(at), kLinkEthernet, frame.serialize()});
}

}  // namespace deadpeer::golden
