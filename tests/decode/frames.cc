#include "decode/frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace deadpeer {
namespace {

unsigned digit_value(char digit) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::size_t value = kDigits.find(digit);
    assert(value != std::string_view::npos);
    return static_cast<unsigned>(value);
}

std::uint8_t high_byte(std::size_t value) {
    return static_cast<std::uint8_t>(value >> 8);
}
std::uint8_t low_byte(std::size_t value) {
    return static_cast<std::uint8_t>(value);
}

std::string print_notice(const Notice& notice) {
    switch (notice.kind) {
        case Notice::Kind::kArpAnnouncement:
            return "arp_announcement " + to_string(notice.host);
        case Notice::Kind::kDhcp:
            return "dhcp " + to_string(notice.host);
        case Notice::Kind::kDhcpRenewal:
            return "dhcp_renewal " + to_string(notice.host);
        case Notice::Kind::kAddressCheck:
            return "address_check " + to_string(notice.host);
        case Notice::Kind::kHostUnreachable:
        case Notice::Kind::kPathUnreachable:
        case Notice::Kind::kQuote:
            break;
    }
    const std::string kind = notice.kind == Notice::Kind::kQuote             ? "quote "
                             : notice.kind == Notice::Kind::kHostUnreachable ? "unreachable "
                                                                             : "no way ";
    if (notice.header_quoted) return kind + print_segment(notice.quote);
    return fmt::format("{}{} > {} {}", kind, print_endpoint(notice.quote.source()),
                       print_endpoint(notice.quote.destination()), notice.quote.seq);
}

}  // namespace

Bytes hex(std::string_view digits) {
    Bytes bytes;
    bool half = false;
    for (const char digit : digits) {
        if (digit == ' ' || digit == ',') continue;
        if (!half) bytes.push_back(0);
        bytes.back() = static_cast<std::uint8_t>(bytes.back() * 16U + digit_value(digit));
        half = !half;
    }
    assert(!half);
    return bytes;
}

Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Bytes zeros(std::size_t count) {
    return Bytes(count, 0);
}

Tins::TCP test_tcp() {
    Tins::TCP tcp(80, 40000);
    tcp.seq(1000);
    tcp.ack_seq(2000);
    tcp.window(512);
    tcp.flags(Tins::TCP::ACK);
    tcp.inner_pdu(Tins::RawPDU("abc"));
    return tcp;
}

Bytes tcp_with_options(const Bytes& options, const std::string& payload) {
    Bytes padded = options;
    while (padded.size() % 4 != 0) padded.push_back(1);
    const auto offset = static_cast<std::uint8_t>((20 + padded.size()) / 4 << 4);
    return hex("9c40 0050 000003e8 000007d0") + Bytes{offset} + hex("10 0200 0000 0000") + padded +
           Bytes(payload.begin(), payload.end());
}

Bytes ipv4_packet(const Tins::TCP& tcp) {
    Tins::IP ip("10.0.0.2", "10.0.0.1");
    ip.id(1);
    ip.ttl(64);
    ip.inner_pdu(tcp);
    return ip.serialize();
}

Bytes ipv6_packet(const Tins::TCP& tcp) {
    Tins::IPv6 ip("2001:db8::2", "2001:db8::1");
    ip.hop_limit(64);
    ip.inner_pdu(tcp);
    return ip.serialize();
}

Bytes ipv4_packet(const Bytes& payload, std::uint8_t protocol) {
    const std::size_t total = 20 + payload.size();
    return hex("45 00") + Bytes{high_byte(total), low_byte(total)} + hex("0001 0000 40") + Bytes{protocol} +
           hex("0000 0a000001 0a000002") + payload;
}

Bytes ipv6_packet(const Bytes& payload, std::uint8_t next_header) {
    return hex("60000000") + Bytes{high_byte(payload.size()), low_byte(payload.size()), next_header} +
           hex("40 20010db8000000000000000000000001 20010db8000000000000000000000002") + payload;
}

Bytes ethernet_frame(const Bytes& payload, std::uint16_t ether_type) {
    return hex("020000000002 020000000001") + Bytes{high_byte(ether_type), low_byte(ether_type)} + payload;
}

Bytes announcing_arp() {
    return hex("0001 0800 0604 0001 020000000001 0a000001 000000000000 0a000001");
}

Bytes dhcp_datagram(const Bytes& options) {
    const Bytes message = hex("01010600") + zeros(232) + hex("63825363") + options;
    const std::size_t length = 8 + message.size();
    return hex("0044 0043") + Bytes{high_byte(length), low_byte(length)} + hex("0000") + message;
}

Bytes address_check() {
    const Bytes message = hex("8700 0000 00000000 fe800000000000000000000000000005");
    const Bytes from_nobody = with(ipv6_packet(message, 58), 7, hex("ff") + zeros(16));
    return with(from_nobody, 24, hex("ff0200000000000000000001ff000005"));
}

Bytes with(Bytes bytes, std::size_t offset, const Bytes& replacement) {
    assert(offset + replacement.size() <= bytes.size());
    std::copy(replacement.begin(), replacement.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    return bytes;
}

Bytes without_last(Bytes bytes, std::size_t count) {
    assert(count <= bytes.size());
    bytes.resize(bytes.size() - count);
    return bytes;
}

Decoded decode_exact(const TestFrame& frame, Reassembler* fragments) {
    const auto copy = std::make_unique<std::uint8_t[]>(frame.bytes.size());
    std::copy(frame.bytes.begin(), frame.bytes.end(), copy.get());
    FrameView view;
    view.data = copy.get();
    view.captured_length = static_cast<std::uint32_t>(frame.bytes.size());
    view.original_length = frame.original_length == 0 ? view.captured_length : frame.original_length;
    view.time = frame.time;
    view.number = 7;
    view.link_type = frame.link_type;
    view.fcs_bytes = frame.fcs_bytes;
    view.rejected_by_filter = frame.rejected_by_filter;
    view.interface = frame.interface;
    const auto batch = std::make_unique<SegmentBatch>();
    batch->reassembler = fragments;
    batch->scope = frame.scope;
    const auto decode_one = frame.scope.interface ? decode_in_interface : decode;
    const SkipReason reason = decode_one(view, 3, *batch);
    const auto segments = batch->view();
    const auto notices = batch->notice_view();
    const auto heard = batch->heard_view();
    const auto in_networks = batch->in_network_view();
    return {reason,
            {segments.begin(), segments.end()},
            {notices.begin(), notices.end()},
            {heard.begin(), heard.end()},
            {in_networks.begin(), in_networks.end()}};
}

std::string decoded(const TestFrame& frame, Reassembler* fragments) {
    const Decoded result = decode_exact(frame, fragments);
    return result.segments.empty() ? std::string(to_string(result.reason))
                                   : print_segment(result.segments[0]);
}

std::string decoded_place(const TestFrame& frame) {
    const Decoded result = decode_exact(frame);
    return result.segments.empty() ? std::string(to_string(result.reason)) : print_place(result.segments[0]);
}

std::string noticed(const TestFrame& frame) {
    const Decoded result = decode_exact(frame);
    return result.notices.empty() ? "nothing" : print_notice(result.notices[0]);
}

std::string heard(const TestFrame& frame) {
    std::string all;
    for (const Heard& heard : decode_exact(frame).heard) {
        const bool known = heard.host != IpAddress{};
        all +=
            fmt::format("{}{}{}{} by {:012x}", all.empty() ? "" : ", ", known ? to_string(heard.host) : "?",
                        heard.ip_id != 0 ? fmt::format(" id {}", heard.ip_id) : "",
                        heard.claims_host ? " claimed" : "", heard.mac);
    }
    return all.empty() ? "nobody" : all;
}

TestFrame cut_to(const Bytes& whole, std::size_t size, LinkType link_type) {
    return {without_last(whole, whole.size() - size), link_type, static_cast<std::uint32_t>(whole.size())};
}

}  // namespace deadpeer
