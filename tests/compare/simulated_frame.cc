#include "compare/simulated_frame.h"

namespace deadpeer::simulated {
namespace {

void put16(std::vector<std::uint8_t>& out, std::uint32_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}
void put32(std::vector<std::uint8_t>& out, std::uint32_t value) {
    put16(out, value >> 16);
    put16(out, value & 0xffffU);
}

}  // namespace

std::vector<std::uint8_t> headers(const Sight& sight) {
    const Packet& packet = sight.packet;
    const bool stamped = packet.tsval != 0;
    const std::uint32_t tcp_bytes = stamped ? 32 : 20;
    std::vector<std::uint8_t> out = {0x45, 0};
    put16(out, 20 + tcp_bytes + packet.length);
    put16(out, packet.ip_id);
    put16(out, 0x4000);
    out.push_back(packet.ttl);
    out.push_back(6);
    put16(out, 0);
    put32(out, sight.from.ip);
    put32(out, sight.to.ip);
    put16(out, sight.from.port);
    put16(out, sight.to.port);
    put32(out, packet.seq);
    put32(out, packet.ack);
    put16(out, (tcp_bytes / 4) << 12 | packet.flags);
    put16(out, 501);
    put32(out, 0);
    if (stamped) {
        put32(out, 0x0101080a);
        put32(out, packet.tsval);
        put32(out, packet.tsecr);
    }
    return out;
}

}  // namespace deadpeer::simulated
