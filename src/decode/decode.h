// decode: the bytes of a frame to the TCP segments in it.
//
// What:    total: any bytes give segments or one SkipReason. No allocation but for fragments, no exception. A
//          frame that is skipped may give a Notice besides, and its sender is Heard, though a filter rejects
//          it.
// Fragments: of IP, the Reassembler puts them together. The frame that makes a datagram whole stands for all
//          of it, but captured_payload is 0; the others are kFragment, whatever they hold. What becomes of a
//          first one that was not captured whole stands in fragment.h.
// Lengths: Segment::payload_length is what the IP header says, bounded by the wire length of the frame
//          (original_length, or captured_length where a lying file has it larger); where the IP header
//          says 0 (segmentation offload) it is what the wire length leaves, padding included.
// Cuts:    14 bytes of TCP header make a Segment. With 14 or 15 it has `cut_before_window` set: only
//          Wireshark 4.6 numbers its stream; for older releases the caller counts it as kCutHeader. From
//          16 on every release does. Below 14 the answer is kShortTcp if the IP packet itself ends there,
//          else kCutHeader.
// Quotes:  ICMP errors are kIcmpQuote if the packet they quote is TCP.
// Tunnels: the innermost packet counts. A tunnel whose content is not looked into is kEncapsulated. Addresses
//          have the scope that SegmentBatch::scope asks for.
// Threads: pure functions but for the Reassembler; a SegmentBatch belongs to one thread.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "deadpeer/frame.h"
#include "deadpeer/segment.h"
#include "deadpeer/skip_reason.h"

namespace deadpeer {

class Reassembler;

// What a frame that is no TCP segment of a flow tells about a host or a flow. The frame counts as skipped all
// the same.
struct Notice {
    enum class Kind : std::uint8_t {
        kArpAnnouncement,  // gratuitous ARP, or an ARP probe: RFC 5227 section 1.1
        kDhcp,             // a client that comes up: DISCOVER or REQUEST, not of an address it has
        kDhcpRenewal,      // a client that renews the lease of the address that it has
        kAddressCheck,     // IPv6 duplicate address detection: RFC 4862 section 5.4, or an unsolicited
                           // advertisement
        kHostUnreachable,  // an ICMP error: no such host is there, or it does not answer on its link
        kPathUnreachable,  // another that says that a TCP segment did not arrive (no route, prohibited, time
                           // exceeded in transit), but nothing of whether the host is up
        kQuote,            // another ICMP error that quotes a TCP segment: Wireshark numbers its stream
    };

    Kind kind = Kind::kArpAnnouncement;
    Nanoseconds time = kNoTime;
    std::uint64_t frame = 0;
    IpAddress host;  // who announces itself, or renews its lease
    // If is_quote(): the quoted segment, with icmp_quote set and analysed not set; time and frame are
    // those of the error. Key, direction and seq are always valid; the rest if header_quoted, which is always
    // so for kQuote: 14 bytes of TCP header were there. With 14 or 15 cut_before_window is set: only
    // Wireshark 4.6 numbers the stream. The payload's length is what the quote has of it.
    Segment quote;
    bool header_quoted = false;

    [[nodiscard]] bool is_unreachable() const {
        return kind == Kind::kHostUnreachable || kind == Kind::kPathUnreachable;
    }
    [[nodiscard]] bool is_quote() const { return is_unreachable() || kind == Kind::kQuote; }
};

// A frame without a TCP segment, or that the filter rejects, as a sign of life of who sent it. What is in a
// tunnel is one of the tunnel's sender, too.
struct Heard {
    Nanoseconds time = kNoTime;
    std::uint64_t frame = 0;
    std::uint64_t mac = 0;     // link-layer address of its sender; 0: none, or not known
    IpAddress host;            // of its sender; all zeros: not known
    std::uint16_t ip_id = 0;   // IPv4
    bool claims_host = false;  // ARP, or neighbour discovery: the address belongs to that link-layer address
};

// A segment in a virtual network that is not told apart from others.
struct InVirtualNetwork {
    std::size_t segment = 0;  // its place in the SegmentBatch
    Scope network = 0;
};

// The segments of a FrameBatch, in frame order.
struct SegmentBatch {
    static constexpr std::size_t kSegmentsPerFrame = 8;  // more than one: A-MSDU
    static constexpr std::size_t kCapacity = FrameBatch::kCapacity * kSegmentsPerFrame;

    std::array<Segment, kCapacity> segments;
    std::size_t count = 0;
    std::array<Notice, FrameBatch::kCapacity> notices;  // at most one a frame
    std::size_t notice_count = 0;
    std::array<Heard, FrameBatch::kCapacity * 2> heard;  // at most two a frame
    std::size_t heard_count = 0;
    std::array<InVirtualNetwork, kCapacity> in_networks;
    std::size_t in_network_count = 0;
    Reassembler* reassembler = nullptr;  // null: each IP fragment is kFragment
    bool lacked_reassembler = false;     // there were some
    ScopeChoice scope;                   // which networks the addresses tell

    [[nodiscard]] std::span<const Segment> view() const { return {segments.data(), count}; }
    [[nodiscard]] std::span<const Notice> notice_view() const { return {notices.data(), notice_count}; }
    [[nodiscard]] std::span<const Heard> heard_view() const { return {heard.data(), heard_count}; }
    [[nodiscard]] std::span<const InVirtualNetwork> in_network_view() const {
        return {in_networks.data(), in_network_count};
    }
    // One more, to be written. By way of a pointer: with an element of the array the compiler would compute
    // the address at every use.
    [[nodiscard]] Segment& add() { return segments.data()[count++]; }
    // Of the segments from that one on; 0: they are in none.
    void note_network(std::size_t first, Scope network) {
        for (; network != 0 && first < count; ++first) in_networks[in_network_count++] = {first, network};
    }
    // As if those from that one on had not been there.
    void cut_back(std::size_t first) {
        count = first;
        while (in_network_count > 0 && in_networks[in_network_count - 1].segment >= count) --in_network_count;
    }
    void clear() {
        count = notice_count = heard_count = in_network_count = 0;
        lacked_reassembler = false;
    }
};

// Appends the frame's segments to `out` and answers kNone, or answers why there are none.
// `batch_index` is the frame's place in its batch. REQUIRES: room for kSegmentsPerFrame more in `out`.
SkipReason decode(const FrameView& frame, std::uint8_t batch_index, SegmentBatch& out);

// Likewise, where the interface is one of the networks that `out` tells apart.
SkipReason decode_in_interface(const FrameView& frame, std::uint8_t batch_index, SegmentBatch& out);

}  // namespace deadpeer
