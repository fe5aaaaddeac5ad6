// Packet: how far into a frame the headers have been read. Next: what a header says comes after it.
//
// What:    every header of a frame is read by one Parser. It looks at the bytes at `data`, moves the
//          Packet past its own header, and answers with the next header's number in the number space
//          it knows. It knows no other header: the tables in decode.cc say whose number that is.
// Threads: plain values.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "decode/bytes.h"
#include "decode/decode.h"
#include "decode/networks.h"

namespace deadpeer {
class Reassembler;
}  // namespace deadpeer

namespace deadpeer::decoding {

// Who sent a packet: the source of its IP header, or of what it claims by ARP.
struct Sender {
    const std::uint8_t* address = nullptr;  // 4 or 16 bytes in the frame; null: not met
    bool is_v6 = false;
    bool claims_address = false;
    std::uint16_t ip_id = 0;
    Scope scope = 0;
};

// The packet that an ICMP error is about, once the headers of that are being read.
struct Quote {
    bool inside = false;
    Sender reporter;                           // of the error
    Notice::Kind kind = Notice::Kind::kQuote;  // of the notice that a TCP header makes there
    SkipReason reason = SkipReason::kNotTcp;   // the frame's, whatever the headers there say
};

struct Packet {
    const std::uint8_t* data = nullptr;
    std::uint32_t captured = 0;           // bytes that may be read at `data`; never more than `reported`
    std::uint32_t reported = 0;           // bytes there were on the wire, by the lengths of the layers so far
    std::uint32_t frame_check_bytes = 0;  // how many of them, at their end, are the link layer's own

    bool is_cut = false;  // the frame ends before the packet in it does, by that packet's length field

    // The latest IP header: its addresses, 4 or 16 bytes in the frame.
    const std::uint8_t* source = nullptr;
    const std::uint8_t* destination = nullptr;
    std::uint16_t ip_id = 0;
    std::uint8_t ttl = 0;
    bool is_v6 = false;
    Scope scope = 0;

    bool claims_source = false;  // the sender says that `source` is its own

    Sender tunnel;  // who sent the frame's outermost IP packet, if another is in that

    Quote quote;

    Networks networks;  // as far as the headers have been read

    std::uint16_t vlan = 0;         // the outermost tag; 0: none
    std::uint32_t fragment_id = 0;  // of the latest fragment's datagram
    bool in_lone_fragment = false;  // the latest IP packet is the first fragment of one that cannot be whole
    Reassembler* fragments = nullptr;  // null: fragments are not put together

    const FrameView* frame = nullptr;  // or the datagram that was put together
    SegmentBatch* out = nullptr;
    std::uint8_t batch_index = 0;
    bool in_aggregate = false;  // one of several packets of a frame

    [[nodiscard]] Sender sender() const {
        return quote.inside ? quote.reporter : Sender{source, is_v6, claims_source, ip_id, scope};
    }

    // Another IP header comes.
    void enter_ip(bool is_v4) {
        in_lone_fragment = false;
        if (source != nullptr && tunnel.address == nullptr && !quote.inside) tunnel = sender();
        if (networks.are_told_apart()) enter_network(is_v4);
    }

    [[gnu::noinline]] void enter_network(bool is_v4) {
        if (source != nullptr)
            networks.enter_ip_in(read_address(source, is_v6), read_address(destination, is_v6), is_v4);
        scope = networks.scope();
    }

    // REQUIRES: bytes <= captured.
    void skip(std::uint32_t bytes) {
        assert(bytes <= captured);
        data += bytes;
        captured -= bytes;
        reported -= bytes;
    }
    // A length field was read: what lies beyond is padding or a trailer. A length that promises more than
    // there is says nothing: then it is the frame that ends the packet.
    void limit(std::uint32_t bytes) {
        is_cut = bytes > reported;
        if (is_cut) return limit_to_frame();
        reported = bytes;
        captured = std::min(captured, reported);
        frame_check_bytes = 0;
    }
    void limit_to_frame() {
        reported -= std::min(reported, frame_check_bytes);
        captured = std::min(captured, reported);
        frame_check_bytes = 0;
    }
};

enum class NumberSpace : std::uint8_t {
    kNone,
    kLinkType,
    kEtherType,
    kPppProtocol,
    kIpProtocol,
    kUdpPort,
    kFragment,
    kAggregate  // several packets, each with an LLC header
};

struct Next {
    NumberSpace space = NumberSpace::kNone;  // kNone: the way ends here
    SkipReason reason = SkipReason::kNone;   // why; kNone: segments were found
    std::uint16_t number = 0;
    // kUdpPort: the source port; `number` is the destination port. kFragment: the offset in bytes, plus 1 if
    // more fragments follow; `number` is that of an IP protocol.
    std::uint16_t other_number = 0;

    friend bool operator==(const Next&, const Next&) = default;
};

using Parser = Next (*)(Packet&);

inline constexpr std::uint16_t kLinkTypeEthernet = 1;
inline constexpr std::uint16_t kLinkTypePpp = 9;
inline constexpr std::uint16_t kLinkTypeRaw = 101;

constexpr Next link_type(std::uint16_t number) {
    return {NumberSpace::kLinkType, SkipReason::kNone, number, 0};
}
constexpr Next ether_type(std::uint16_t number) {
    return {NumberSpace::kEtherType, SkipReason::kNone, number, 0};
}
constexpr Next ppp_protocol(std::uint16_t number) {
    return {NumberSpace::kPppProtocol, SkipReason::kNone, number, 0};
}
constexpr Next ip_protocol(std::uint8_t number) {
    return {NumberSpace::kIpProtocol, SkipReason::kNone, number, 0};
}
constexpr Next udp_ports(std::uint16_t source, std::uint16_t destination) {
    return {NumberSpace::kUdpPort, SkipReason::kNone, destination, source};
}
constexpr Next ip_fragment(std::uint8_t protocol, std::uint16_t offset_and_more) {
    return {NumberSpace::kFragment, SkipReason::kNone, protocol, offset_and_more};
}
constexpr Next aggregate() {
    return {NumberSpace::kAggregate, SkipReason::kNone, 0, 0};
}
constexpr Next stop(SkipReason reason) {
    return {NumberSpace::kNone, reason, 0, 0};
}

// The parser of what is known and not looked into.
template <SkipReason kReason>
Next stop_at(Packet&) {
    return stop(kReason);
}

}  // namespace deadpeer::decoding
