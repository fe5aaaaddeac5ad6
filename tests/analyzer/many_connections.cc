#include "analyzer/many_connections.h"

namespace deadpeer::test {
namespace {

void write(std::uint8_t* at, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

}  // namespace

void ManyConnections::send(std::uint32_t number, bool by_server, std::uint16_t flags, std::uint32_t seq,
                           std::uint32_t ack, Nanoseconds time, std::uint16_t payload, std::uint16_t window) {
    constexpr LinkType kRaw = 101;
    constexpr std::uint32_t kServer = 0xC0000201;
    constexpr std::uint32_t kPorts = (40'000U << 16) | 80U;
    constexpr std::uint32_t kPortsBack = (80U << 16) | 40'000U;
    const std::uint32_t client = 0x0A000000 + number;
    std::uint8_t* const ip = packets_[batch_.count].data();
    write(ip, 0x45000028U + payload);
    write(ip + 8, 0x40060000);  // TTL and protocol
    write(ip + 12, by_server ? kServer : client);
    write(ip + 16, by_server ? client : kServer);
    write(ip + 20, by_server ? kPortsBack : kPorts);
    write(ip + 24, seq);
    write(ip + 28, ack);
    write(ip + 32, 0x50000000U | (std::uint32_t{flags} << 16) | window);

    FrameView& frame = batch_.frames[batch_.count++];
    frame = {};
    frame.data = ip;
    frame.captured_length = sizeof(Packet);
    frame.original_length = sizeof(Packet) + payload;
    frame.time = time;
    frame.number = ++frames_;
    frame.link_type = kRaw;
    if (batch_.full()) flush();
}

void ManyConnections::open(std::uint32_t number, Nanoseconds time) {
    send(number, false, kSyn, 999, 0, time);
    send(number, true, kSyn | kAck, 4999, 1000, time + kMillisecond);
    send(number, false, kAck, 1000, 5000, time + 2 * kMillisecond);
}

void ManyConnections::flush() {
    if (batch_.count > 0) analyzer_.consume(batch_.view(), 0);
    batch_.clear();
}

}  // namespace deadpeer::test
