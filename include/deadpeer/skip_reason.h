// SkipReason: why a frame yields no TCP segment. Every frame ends either as analysed or in exactly one
// of these. The names are stable: users count them (capture.csv, skipped_reasons).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace deadpeer {

enum class SkipReason : std::uint8_t {
    kNone,                 // not skipped
    kFiltered,             // the user's filter rejected it
    kEmptyFrame,           // no captured bytes
    kBadInterface,         // pcapng: names an interface that was never declared
    kUnsupportedLinkType,  // the interface's link type has no decoder
    kShortLinkHeader,      // captured bytes end inside the link layer's headers
    kNotIp,                // ARP, LLDP, ...: a payload that is not IP
    kTooDeep,              // more nested headers than any real packet has
    kCutIpHeader,          // captured bytes end inside the IP header or its extension headers
    kBadIpVersion,         // version nibble is neither what the link layer said nor 4 or 6
    kBadIpHeaderLength,    // IPv4 IHL below 5, or header longer than the packet
    kBadIpLength,          // IP length below its own header, or IPv6 length 0 without jumbo option
    kBadExtensionHeader,   // IPv6 extension header runs past the packet
    kFragment,             // an IP fragment
    kIcmpQuote,            // an ICMP error that quotes a TCP segment
    kNotTcp,               // UDP, ICMP, ...
    kEncrypted,            // ESP
    kEncapsulated,         // a tunnel whose content is not looked into, such as PPP multilink
    kCutHeader,            // captured bytes end inside the fixed TCP header
    kShortTcp,             // the IP packet ends inside the fixed TCP header
};

inline constexpr std::array<std::string_view, 20> kSkipReasonNames = {"analysed",
                                                                      "filtered",
                                                                      "empty_frame",
                                                                      "bad_interface",
                                                                      "unsupported_link_type",
                                                                      "short_link_header",
                                                                      "not_ip",
                                                                      "too_deep",
                                                                      "cut_ip_header",
                                                                      "bad_ip_version",
                                                                      "bad_ip_header_length",
                                                                      "bad_ip_length",
                                                                      "bad_extension_header",
                                                                      "fragment",
                                                                      "icmp_quote",
                                                                      "not_tcp",
                                                                      "encrypted",
                                                                      "encapsulated",
                                                                      "cut_header",
                                                                      "short_tcp"};

constexpr std::string_view to_string(SkipReason reason) {
    const auto i = static_cast<std::size_t>(reason);
    return i < kSkipReasonNames.size() ? kSkipReasonNames[i] : std::string_view{};
}

inline constexpr std::size_t kSkipReasonCount = kSkipReasonNames.size();

}  // namespace deadpeer
