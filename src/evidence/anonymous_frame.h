// AnonymousFrame: a frame with other addresses, and of its bytes only those whose meaning is known.
//
//     AnonymousFrame anonymous(anonymiser);
//     file.add(anonymous.of(frame), ...);
//
// What:     headers are copied one after the other, with their addresses hidden: Ethernet, Linux cooked
//           capture, raw IP and loopback; VLAN tags; IPv4, IPv6 and its extensions, TCP with the options that
//           tell nothing of anybody, UDP, ICMP and ICMPv6 errors with what they quote, neighbour discovery,
//           ARP; IP in IP, GRE, VXLAN and Geneve with what is in them. Whatever else comes, payload first of
//           all, is left out, as if it had not been captured; options that are not known are overwritten.
//           Lengths and checksums stay as they were: the checksums are wrong.
// Lifetime: the anonymiser must outlive it. What of() answers is valid until the next call.
// Threads:  one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "deadpeer/frame.h"
#include "report/anonymous/anonymiser.h"

namespace deadpeer {

class AnonymousFrame {
public:
    explicit AnonymousFrame(Anonymiser& anonymiser) : anonymiser_(anonymiser) {}

    [[nodiscard]] FrameView of(const FrameView& frame);

private:
    // Each copies what it knows, and ends where it knows no more.
    void link(LinkType type);
    void ethernet();
    void cooked();
    void cooked_2();
    void ether_type(std::uint16_t type);
    void arp();
    void ip();
    void ipv4();
    void ipv6();
    void ip_protocol(std::uint8_t protocol);
    void tcp();
    void udp();
    void geneve();
    void gre();
    void icmp();
    void icmpv6();
    void neighbour_options();

    // Moves that many bytes of the frame to the copy; null, and nothing more will be copied, if there are
    // fewer.
    std::uint8_t* copy(std::size_t bytes);
    void hide_ip(std::uint8_t* address, bool is_v6);
    void hide_mac(std::uint8_t* address);

    Anonymiser& anonymiser_;
    std::span<const std::uint8_t> rest_;
    std::vector<std::uint8_t> copy_;
    unsigned depth_ = 0;  // of IP headers
};

}  // namespace deadpeer
