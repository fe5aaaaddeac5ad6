// Segment: one TCP segment as decoded, host byte order, without a pointer into the frame.
//
// Source: RFC 9293 section 3.1 (header), RFC 7323 (window scale, timestamps), RFC 2018 (SACK).
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer {

// TCP flag bits as they stand in the header.
inline constexpr std::uint16_t kFin = 0x01;
inline constexpr std::uint16_t kSyn = 0x02;
inline constexpr std::uint16_t kRst = 0x04;
inline constexpr std::uint16_t kPsh = 0x08;
inline constexpr std::uint16_t kAck = 0x10;
inline constexpr std::uint16_t kUrg = 0x20;
inline constexpr std::uint16_t kEce = 0x40;
inline constexpr std::uint16_t kCwr = 0x80;

inline constexpr std::uint8_t kNoWindowScale = 0xff;

// Octets that the receiver has, beyond its ack field: from `left` up to, not including, `right`.
struct SackBlock {
    std::uint32_t left = 0;
    std::uint32_t right = 0;
};

struct Segment {
    FlowKey key;
    Nanoseconds time = kNoTime;
    std::uint64_t frame = 0;  // FrameView::number
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;             // raw field, whether or not the ACK flag is set
    std::uint32_t payload_length = 0;  // by the lower layers' lengths, captured or not
    std::uint16_t window = 0;          // raw field, unscaled
    std::uint16_t flags = 0;           // kFin ... kCwr
    std::uint32_t tsval = 0;           // valid if has_timestamps
    std::uint32_t tsecr = 0;
    std::array<SackBlock, 4> sack{};  // the first `sack_blocks` are valid
    // Tells a packet from others of its side: IPv4's identification; IPv6 has none, so its TCP checksum.
    std::uint16_t ip_id = 0;
    // Where the payload is. These three mean nothing once Analyzer::consume() has returned.
    std::uint16_t payload_offset = 0;            // in the frame's captured bytes
    std::uint16_t captured_payload = 0;          // bytes there
    std::uint8_t batch_index = 0;                // of its frame in the batch
    std::uint8_t ttl = 0;                        // IPv4 TTL or IPv6 hop limit
    std::uint8_t header_length = 0;              // bytes, options included, as declared
    std::uint8_t sack_blocks = 0;                // 0 if the option is absent; at most 4
    std::uint8_t window_scale = kNoWindowScale;  // option's shift as it stands, or kNoWindowScale
    std::uint8_t mptcp_subtypes = 0;             // bit n: an MPTCP option of subtype n (0-7) is there
    Direction direction = Direction::kFromLow;
    bool has_timestamps : 1 = false;
    bool sack_permitted : 1 = false;
    // The sequence analysis looks at it. False for what Wireshark dissects but does not analyse: a
    // data offset beyond the segment, a lone first fragment, a quote inside an ICMP error.
    bool analysed : 1 = true;
    // Wireshark gets to print labels: header and options are whole and the data offset is not below 5.
    bool labels_printed : 1 = true;
    // The whole option area was there to be read (captured and inside the segment), or the list breaks off.
    bool options_complete : 1 = true;
    // An option, or the data offset that leaves no room for any, makes no sense.
    bool bad_options : 1 = false;
    // Quoted inside an ICMP or ICMPv6 error: evidence about the flow, not a segment of it.
    bool icmp_quote : 1 = false;
    // Only 14 or 15 bytes of the TCP header were there: no window, not analysed. Wireshark 4.6 gives it a
    // stream; for older releases there is no segment here (skip reason cut_header).
    bool cut_before_window : 1 = false;

    [[nodiscard]] bool has(std::uint16_t any_of) const { return (flags & any_of) != 0; }
    [[nodiscard]] Endpoint source() const { return key.sender(direction); }
    [[nodiscard]] Endpoint destination() const { return key.receiver(direction); }
};
static_assert(std::is_trivially_copyable_v<Segment>);
static_assert(sizeof(Segment) <= 136);

}  // namespace deadpeer
