// Frames with other addresses: what is known stays, whatever else there is goes, wherever a frame is cut.
#include "evidence/anonymous_frame.h"

#include <algorithm>
#include <cstring>

#include "decode/frames.h"
#include "support/catch.h"

using namespace deadpeer;

namespace {

constexpr LinkType kCooked = 113;
constexpr LinkType kUnknownLink = 147;

Anonymiser::Key key() {
    Anonymiser::Key key;
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(7 * i + 1);
    return key;
}

Bytes hidden_ip(const Bytes& address) {
    IpAddress value;
    value.is_v6 = address.size() == 16;
    std::ranges::copy(address, value.bytes.begin());
    Anonymiser anonymiser(key());
    value = anonymiser.hidden(value);
    return {value.bytes.begin(), value.bytes.begin() + static_cast<std::ptrdiff_t>(address.size())};
}

Bytes hidden_mac(const Bytes& address) {
    std::uint64_t mac = 0;
    for (const std::uint8_t byte : address) mac = mac << 8 | byte;
    Anonymiser anonymiser(key());
    mac = anonymiser.hidden_mac(mac);
    Bytes other;
    for (int shift = 40; shift >= 0; shift -= 8) other.push_back(static_cast<std::uint8_t>(mac >> shift));
    return other;
}

// From memory that ends where the frame does.
Bytes anonymous(const Bytes& bytes, LinkType link_type = kEthernet) {
    const auto exact = std::make_unique<std::uint8_t[]>(bytes.size());
    std::ranges::copy(bytes, exact.get());
    FrameView frame = {};
    frame.data = exact.get();
    frame.captured_length = static_cast<std::uint32_t>(bytes.size());
    frame.original_length = frame.captured_length + 100;
    frame.link_type = link_type;
    Anonymiser anonymiser(key());
    AnonymousFrame frames(anonymiser);
    const FrameView other = frames.of(frame);
    CHECK(other.original_length == frame.original_length);
    return {other.data, other.data + other.captured_length};
}

Bytes part(const Bytes& bytes, std::size_t from, std::size_t size) {
    REQUIRE(from + size <= bytes.size());
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(from);
    return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

bool holds(const Bytes& bytes, const Bytes& part) {
    return std::search(bytes.begin(), bytes.end(), part.begin(), part.end()) != bytes.end();
}

// With its addresses hidden, up to its payload.
Bytes hidden_ipv4(const Bytes& packet, std::size_t size) {
    return with(with(part(packet, 0, size), 12, hidden_ip(part(packet, 12, 4))), 16,
                hidden_ip(part(packet, 16, 4)));
}
Bytes hidden_ipv6(const Bytes& packet, std::size_t size) {
    return with(with(part(packet, 0, size), 8, hidden_ip(part(packet, 8, 16))), 24,
                hidden_ip(part(packet, 24, 16)));
}
Bytes hidden_ethernet(const Bytes& frame, std::size_t size = 14) {
    return with(with(part(frame, 0, size), 0, hidden_mac(part(frame, 0, 6))), 6,
                hidden_mac(part(frame, 6, 6)));
}

const Bytes kTcpPacket = ipv4_packet(tcp_with_options({}, "payload"));
const Bytes kTcpPacket6 = ipv6_packet(tcp_with_options({}, "payload"));

const Bytes kArp = ethernet_frame(announcing_arp(), 0x0806);
const Bytes kNeighbourDiscovery = ethernet_frame(address_check() + hex("0101 020000000001"), 0x86dd);

// Addresses stand in its headers.
struct Sample {
    const char* what;
    Bytes bytes;
    LinkType link_type = kEthernet;
    std::vector<Bytes> addresses = {};
};

std::vector<Sample> samples() {
    const Bytes source = part(kTcpPacket, 12, 4);
    const Bytes source6 = part(kTcpPacket6, 8, 16);
    const Bytes vxlan = hex("9c40 12b5 0000 0000 0800 0000 0000 0500");
    const Bytes geneve = hex("9c40 17c1 0000 0000 0100 6558 0000 0500 0102 0301 c0000207");
    return {
        {"TCP", ethernet_frame(kTcpPacket), kEthernet, {source}},
        {"TCP over IPv6", ethernet_frame(kTcpPacket6, 0x86dd), kEthernet, {source6}},
        {"raw IP", kTcpPacket, kRawIp, {source}},
        {"cooked",
         hex("0000 0001 0006 020000000001 0000 0800") + kTcpPacket,
         kCooked,
         {source, hex("020000000001")}},
        {"ICMP error",
         ethernet_frame(ipv4_packet(hex("0301 0000 00000000") + kTcpPacket, 1)),
         kEthernet,
         {source}},
        {"ICMP redirect",
         ethernet_frame(ipv4_packet(hex("0501 0000 c6336405") + kTcpPacket, 1)),
         kEthernet,
         {source, hex("c6336405")}},
        {"ICMPv6 error",
         ethernet_frame(ipv6_packet(hex("0103 0000 00000000") + kTcpPacket6, 58), 0x86dd),
         kEthernet,
         {source6}},
        {"ARP", kArp, kEthernet, {part(kArp, 22, 6), part(kArp, 28, 4)}},
        {"neighbour discovery",
         kNeighbourDiscovery,
         kEthernet,
         {hex("020000000001"), part(kNeighbourDiscovery, 62, 16)}},
        {"VXLAN", ethernet_frame(ipv4_packet(vxlan + ethernet_frame(kTcpPacket), 17)), kEthernet, {source}},
        {"Geneve",
         ethernet_frame(ipv4_packet(geneve + ethernet_frame(kTcpPacket), 17)),
         kEthernet,
         {source, hex("c0000207")}},
        {"GRE", ethernet_frame(ipv4_packet(hex("2000 0800 00000063") + kTcpPacket, 47)), kEthernet, {source}},
        {"IP in IP", ethernet_frame(ipv4_packet(kTcpPacket, 4)), kEthernet, {source}},
        {"IPv6 extensions",
         ethernet_frame(ipv6_packet(hex("2b00 0502 00000000") + hex("0602 0001 00000000") + source6 +
                                        tcp_with_options({}, "payload"),
                                    0),
                        0x86dd),
         kEthernet,
         {source6}},
    };
}

}  // namespace

TEST_CASE("anonymous frame: headers with other addresses, and no payload") {
    const std::size_t ip_and_tcp = kTcpPacket.size() - 7;
    const Bytes frame = ethernet_frame(kTcpPacket);
    CHECK(anonymous(frame) == hidden_ethernet(frame) + hidden_ipv4(kTcpPacket, ip_and_tcp));
    CHECK(anonymous(kTcpPacket, kRawIp) == hidden_ipv4(kTcpPacket, ip_and_tcp));
    const Bytes frame6 = ethernet_frame(kTcpPacket6, 0x86dd);
    CHECK(anonymous(frame6) == hidden_ethernet(frame6) + hidden_ipv6(kTcpPacket6, kTcpPacket6.size() - 7));
    const Bytes tagged = ethernet_frame(hex("0007 8100 0008 0800") + kTcpPacket, 0x88a8);
    CHECK(anonymous(tagged) == hidden_ethernet(tagged, 22) + hidden_ipv4(kTcpPacket, ip_and_tcp));
}

TEST_CASE("anonymous frame: of TCP's options those stay that tell nothing of anybody") {
    const Bytes kept = hex("020405b4 0101 080a0000000100000002 0402 030307 00");
    const Bytes multipath_address = hex("1e08 3002 c0000209");
    const auto options_of = [](const Bytes& options) {
        const Bytes packet = ipv4_packet(tcp_with_options(options));
        const Bytes other = anonymous(packet, kRawIp);
        return part(other, 40, options.size());
    };
    CHECK(options_of(kept + zeros(1)) == kept + zeros(1));
    CHECK(options_of(multipath_address + hex("020405b4")) == hex("0101010101010101 020405b4"));
    CHECK(options_of(hex("020405b4 0540 0001")) == hex("020405b4 0101 0101"));  // overruns the header
    CHECK(options_of(hex("020405b4 00 c00002")) == hex("020405b4 00 000000"));  // behind the end
}

TEST_CASE("anonymous frame: options and extensions of IP are overwritten, and what follows is found") {
    const Bytes route = hex("8307 04c0 0002 0700");
    Bytes packet = with(kTcpPacket, 0, hex("47"));
    packet.insert(packet.begin() + 20, route.begin(), route.end());
    const Bytes other = anonymous(packet, kRawIp);
    CHECK(part(other, 20, 8) == hex("0101010101010101"));
    CHECK(other.size() == packet.size() - 7);
    for (const Sample& sample : samples()) {
        if (sample.what != std::string("IPv6 extensions")) continue;
        const Bytes extended = anonymous(sample.bytes);
        CHECK(part(extended, 54, 32) == hex("2b00 000000000000 0602") + zeros(22));
        CHECK(extended.size() == sample.bytes.size() - 7);
    }
}

TEST_CASE("anonymous frame: addresses within messages are hidden, too") {
    const Bytes& arp = kArp;
    const Bytes other_arp = anonymous(arp);
    CHECK(other_arp.size() == 42);
    CHECK(part(other_arp, 14, 8) == part(arp, 14, 8));
    CHECK(part(other_arp, 22, 6) == hidden_mac(part(arp, 22, 6)));
    CHECK(part(other_arp, 28, 4) == hidden_ip(part(arp, 28, 4)));
    CHECK(part(other_arp, 38, 4) == hidden_ip(part(arp, 38, 4)));
    const Bytes& check = kNeighbourDiscovery;
    CHECK(part(anonymous(check), 80, 6) == hidden_mac(part(check, 80, 6)));
    CHECK(part(anonymous(check), 62, 16) == hidden_ip(part(check, 62, 16)));
    const Bytes error = ethernet_frame(ipv4_packet(hex("0301 0000 00000000") + kTcpPacket, 1));
    CHECK(part(anonymous(error), 42, 40) == hidden_ipv4(kTcpPacket, 40));
    CHECK(anonymous(error).size() == 42 + kTcpPacket.size() - 7);
}

TEST_CASE("anonymous frame: what is not known is left out") {
    const Bytes unknown = ethernet_frame(kTcpPacket, 0x88b5);
    CHECK(anonymous(unknown) == hidden_ethernet(unknown));
    CHECK(anonymous(ethernet_frame(kTcpPacket), kUnknownLink).empty());
    CHECK(anonymous(ethernet_frame(ipv4_packet(Bytes(40, 0xc0), 132))).size() == 34);            // SCTP
    CHECK(anonymous(ethernet_frame(ipv4_packet(Bytes(40, 0xc0), 17))).size() == 42);             // UDP
    CHECK(anonymous(ethernet_frame(ipv4_packet(hex("08") + Bytes(40, 0xc0), 1))).size() == 42);  // ping
    CHECK_FALSE(holds(anonymous(ethernet_frame(ipv4_packet(hex("11 00 0000") + Bytes(40, 0xc0), 1))),
                      hex("c0c0c0c0")));
    const Bytes later_fragment = with(kTcpPacket, 6, hex("0010"));
    CHECK(anonymous(later_fragment, kRawIp).size() == 20);
}

TEST_CASE("anonymous frame: tunnels in tunnels end") {
    Bytes packet = kTcpPacket;
    for (int i = 0; i < 30; ++i) packet = ipv4_packet(packet, 4);
    CHECK(anonymous(packet, kRawIp).size() == 8 * 20);
}

TEST_CASE("anonymous frame: no address gets out, wherever the frame is cut") {
    for (const Sample& sample : samples()) {
        INFO(sample.what);
        for (const Bytes& address : sample.addresses) REQUIRE(holds(sample.bytes, address));
        for (std::size_t size = 0; size <= sample.bytes.size(); ++size) {
            INFO(size);
            const Bytes other = anonymous(part(sample.bytes, 0, size), sample.link_type);
            REQUIRE(other.size() <= size);
            for (const Bytes& address : sample.addresses) REQUIRE_FALSE(holds(other, address));
            REQUIRE_FALSE(holds(other, {'p', 'a', 'y'}));
        }
    }
}
