// ScenarioPacket: one segment of a scenario as said by its line, and its bytes as an IP packet.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace deadpeer::test {

struct ScenarioEndpoint {
    std::string address;  // IPv4, or IPv6 if it has a colon
    std::uint16_t port = 0;

    [[nodiscard]] bool is_v6() const { return address.find(':') != std::string::npos; }
};

struct ScenarioOption {
    std::uint8_t kind = 0;
    std::vector<std::uint8_t> value;
};

struct ScenarioPacket {
    ScenarioEndpoint source;
    ScenarioEndpoint destination;
    std::uint16_t flags = 0;
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;
    std::uint16_t window = 0;
    std::uint8_t ttl = 64;
    std::uint16_t ip_id = 0;
    std::vector<ScenarioOption> options;
    std::vector<std::uint8_t> payload;
};

std::vector<std::uint8_t> to_bytes(const ScenarioPacket& packet);

// The packet in an Ethernet frame from that address.
std::vector<std::uint8_t> in_ethernet(const std::vector<std::uint8_t>& packet, std::uint64_t mac);
// A gratuitous ARP or an unsolicited neighbor advertisement: the address belongs to that Ethernet address.
std::vector<std::uint8_t> claim(const ScenarioEndpoint& host, std::uint64_t mac);
// Likewise, whether the address is in use.
std::vector<std::uint8_t> address_probe(const ScenarioEndpoint& host, std::uint64_t mac);

// The ICMP or ICMPv6 error "destination unreachable" that `router` answers the packet with.
enum class Unreachable { kNet, kHost, kPort, kAdmin };
std::vector<std::uint8_t> unreachable(const ScenarioPacket& packet, const std::string& router,
                                      Unreachable code);

}  // namespace deadpeer::test
