// libtins as a second opinion on real captures: what it parses to TCP, we decode to the same segment.
// Where they may differ, a rule below says so and why; nothing else is let pass.
#include <tins/loopback.h>

#include "decode/frames.h"
#include "decode/pcap_frames.h"
#include "support/catch.h"

namespace deadpeer {
namespace {

using Tins::PDU;

// Null where libtins has no parser for the link type, or gives up on the frame.
std::unique_ptr<PDU> parse_with_libtins(const TestFrame& frame) {
    const std::uint8_t* const data = frame.bytes.data();
    const auto size = static_cast<std::uint32_t>(frame.bytes.size());
    try {
        switch (frame.link_type) {
            case 0:
                return std::make_unique<Tins::Loopback>(data, size);
            case 1:
                if (size >= 14 && data[12] < 6) return std::make_unique<Tins::Dot3>(data, size);
                return std::make_unique<Tins::EthernetII>(data, size);
            case 113:
                return std::make_unique<Tins::SLL>(data, size);
            case 12:
            case 14:
            case 101:
            case 228:
            case 229:
                if (size > 0 && data[0] >> 4 == 4) return std::make_unique<Tins::IP>(data, size);
                return std::make_unique<Tins::IPv6>(data, size);
            default:
                return nullptr;
        }
    } catch (const Tins::exception_base&) {
        return nullptr;
    }
}

// libtins' list of options, of which it checked only that each lies within the header.
void read_options(const Tins::TCP& tcp, Segment& segment) {
    for (const auto& option : tcp.options()) {
        const std::size_t size = option.data_size();
        const auto number = [&](std::size_t at) {
            return static_cast<std::uint32_t>(option.data_ptr()[at]) << 24 |
                   static_cast<std::uint32_t>(option.data_ptr()[at + 1]) << 16 |
                   static_cast<std::uint32_t>(option.data_ptr()[at + 2]) << 8 | option.data_ptr()[at + 3];
        };
        if (option.option() == Tins::TCP::WSCALE && size == 1) segment.window_scale = option.data_ptr()[0];
        if (option.option() == Tins::TCP::SACK_OK && size == 0) segment.sack_permitted = true;
        if (option.option() == Tins::TCP::TSOPT && size == 8) {
            segment.has_timestamps = true;
            segment.tsval = number(0);
            segment.tsecr = number(4);
        }
        if (option.option() == Tins::TCP::SACK && size >= 8) {
            segment.sack_blocks = static_cast<std::uint8_t>(size / 8);
            for (std::size_t i = 0; i < segment.sack_blocks; ++i) {
                segment.sack[i] = {number(8 * i), number(8 * i + 4)};
            }
        }
        if (static_cast<int>(option.option()) == 30 && size >= 1 && option.data_ptr()[0] < 0x80) {
            segment.mptcp_subtypes |= static_cast<std::uint8_t>(1 << (option.data_ptr()[0] >> 4));
        }
    }
}

std::string address_text(const PDU& ip, bool source) {
    if (ip.pdu_type() == PDU::IP) {
        const auto& v4 = static_cast<const Tins::IP&>(ip);
        return source ? v4.src_addr().to_string() : v4.dst_addr().to_string();
    }
    const auto& v6 = static_cast<const Tins::IPv6&>(ip);
    return "[" + (source ? v6.src_addr().to_string() : v6.dst_addr().to_string()) + "]";
}

// The innermost.
const PDU& ip_layer(const PDU& link) {
    const PDU* ip = nullptr;
    for (const PDU* layer = &link; layer->pdu_type() != PDU::TCP; layer = layer->inner_pdu()) {
        if (layer->pdu_type() == PDU::IP || layer->pdu_type() == PDU::IPv6) ip = layer;
    }
    return *ip;
}

// libtins' view in the form of print_segment, with the payload that is there instead of its length.
std::string print_libtins(const PDU& link, const Tins::TCP& tcp) {
    const PDU& ip = ip_layer(link);
    const PDU* const payload = tcp.inner_pdu();
    Segment options;
    read_options(tcp, options);
    return fmt::format("{}:{} > {}:{} {} {}({}) ack {} win {}{}", address_text(ip, true), tcp.sport(),
                       address_text(ip, false), tcp.dport(), print_flags(tcp.flags() & 0xff), tcp.seq(),
                       payload == nullptr ? 0 : payload->size(), tcp.ack_seq(), tcp.window(),
                       print_extras(options));
}

// The payload length by the header fields as libtins shows them.
std::uint32_t announced_payload(const PDU& link, const Tins::TCP& tcp) {
    const PDU& ip = ip_layer(link);
    const std::uint32_t ip_bytes = ip.pdu_type() == PDU::IP
                                       ? static_cast<const Tins::IP&>(ip).tot_len()
                                       : 40U + static_cast<const Tins::IPv6&>(ip).payload_length();
    std::uint32_t headers = tcp.header_size();
    for (const PDU* layer = &ip; layer->pdu_type() != PDU::TCP; layer = layer->inner_pdu()) {
        headers += layer->header_size();
    }
    return ip_bytes - headers;
}

// Where the layer below says IPv4, libtins takes any version for 4; Wireshark and we do not.
bool libtins_overlooks_version(const PDU& ip) {
    return ip.pdu_type() == PDU::IP && static_cast<const Tins::IP&>(ip).version() != 4;
}

// Answers whether both see a segment.
bool compare(const TestFrame& frame) {
    const auto link = parse_with_libtins(frame);
    const auto* const tcp = link ? link->find_pdu<Tins::TCP>() : nullptr;
    if (tcp == nullptr) return false;
    const Decoded ours = decode_exact(frame);
    if (libtins_overlooks_version(ip_layer(*link))) {
        CHECK(to_string(ours.reason) == to_string(SkipReason::kBadIpVersion));
        return false;
    }
    REQUIRE(to_string(ours.reason) == to_string(SkipReason::kNone));
    Segment segment = ours.segments[0];
    const bool whole = frame.original_length == frame.bytes.size();
    // libtins knows nothing of the frame's length on the wire: it shows the bytes that were captured.
    if (whole) CHECK(segment.payload_length == segment.captured_payload);
    if (!whole) CHECK(segment.payload_length == announced_payload(*link, *tcp));
    segment.payload_length = segment.captured_payload;
    CHECK(print_segment(segment) == print_libtins(*link, *tcp));
    return true;
}

}  // namespace

TEST_CASE("libtins sees the segments that we see in real captures") {
    int equal = 0;
    for (const auto& path : files_of(DEADPEER_CORPUS)) {
        int number = 0;
        for (const TestFrame& frame : frames_of(path)) {
            CAPTURE(path.filename().string(), ++number);
            equal += compare(frame) ? 1 : 0;
        }
    }
    CHECK(equal > 60000);
}

}  // namespace deadpeer
