// Frames for the decoder's tests: built by libtins or from bytes, decoded to a printed form.
#pragma once

#include <tins/tins.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decode/decode.h"
#include "support/print_segment.h"

namespace deadpeer {

using Bytes = std::vector<std::uint8_t>;

inline constexpr LinkType kEthernet = 1;
inline constexpr LinkType kRawIp = 101;

// "45 00, 0014": hexadecimal digits in pairs; blanks and commas count for nothing.
Bytes hex(std::string_view digits);
Bytes operator+(Bytes left, const Bytes& right);
Bytes zeros(std::size_t count);

// The TCP segment of the tests: 40000 > 80, A, 1000(3), ack 2000, win 512, without options.
Tins::TCP test_tcp();
// TCP bytes with an option area as given, padded with no-operations to whole words.
Bytes tcp_with_options(const Bytes& options, const std::string& payload = "abc");

// 10.0.0.1 > 10.0.0.2, TTL 64, id 1, or 2001:db8::1 > 2001:db8::2, hop limit 64.
Bytes ipv4_packet(const Tins::TCP& tcp);
Bytes ipv6_packet(const Tins::TCP& tcp);
Bytes ipv4_packet(const Bytes& payload, std::uint8_t protocol = 6);
Bytes ipv6_packet(const Bytes& payload, std::uint8_t next_header = 6);
Bytes ethernet_frame(const Bytes& payload, std::uint16_t ether_type = 0x0800);

// 10.0.0.1 announces itself; a client's DHCP message with these options, in its UDP datagram; the IPv6 packet
// in which somebody asks whether fe80::5 is free.
Bytes announcing_arp();
Bytes dhcp_datagram(const Bytes& options);
Bytes address_check();

// A copy with the bytes at `offset` replaced.
Bytes with(Bytes bytes, std::size_t offset, const Bytes& replacement);
Bytes without_last(Bytes bytes, std::size_t count);

struct TestFrame {
    Bytes bytes;
    LinkType link_type = kEthernet;
    std::uint32_t original_length = 0;  // 0: as long as the bytes
    std::uint8_t fcs_bytes = 0;
    bool rejected_by_filter = false;
    Nanoseconds time = 5 * kSecond;
    ScopeChoice scope = {};
    std::uint32_t interface = 0;
};

struct Decoded {
    SkipReason reason = SkipReason::kNone;
    std::vector<Segment> segments;
    std::vector<Notice> notices;
    std::vector<Heard> heard;
    std::vector<InVirtualNetwork> in_networks;
};

// Decodes from a heap block of exactly the frame's size, so that a sanitizer sees any byte too far.
Decoded decode_exact(const TestFrame& frame, Reassembler* fragments = nullptr);

// The printed segment, or the name of the skip reason.
std::string decoded(const TestFrame& frame, Reassembler* fragments = nullptr);
// The printed place of the segment, or the name of the skip reason.
std::string decoded_place(const TestFrame& frame);
// The frame's notice, like "arp_announcement 10.0.0.1" or "unreachable" with the quoted segment, or with its
// ends and sequence number if there is no more; "nothing" if it has none.
std::string noticed(const TestFrame& frame);
// Who is heard by the frame, like "10.0.0.1 id 1 by 020000000001", "... claimed by ..."; "nobody".
std::string heard(const TestFrame& frame);
// The first `size` bytes of a frame that was longer.
TestFrame cut_to(const Bytes& whole, std::size_t size, LinkType link_type = kEthernet);

}  // namespace deadpeer
