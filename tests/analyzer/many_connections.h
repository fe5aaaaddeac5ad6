// ManyConnections: as many TCP connections as a test wants, without a capture's bytes for each.
//
// What:     segments of the connection with a number: a client 10.0.0.0 + number towards 192.0.2.1:80. They
//           are written into one batch, which is handed to the analyzer when it is full or flush() is
//           called.
// Lifetime: the analyzer must outlive it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "deadpeer/analyzer.h"

namespace deadpeer::test {

class ManyConnections {
public:
    static constexpr Nanoseconds kStart = 1'700'000'000 * kSecond;

    explicit ManyConnections(Analyzer& analyzer) : analyzer_(analyzer) {}

    // `by_server`: it is the server that sends. Of the payload no byte is captured.
    void send(std::uint32_t number, bool by_server, std::uint16_t flags, std::uint32_t seq, std::uint32_t ack,
              Nanoseconds time, std::uint16_t payload = 0, std::uint16_t window = 0x1000);
    // SYN and SYN/ACK, and the ACK that makes it established.
    void open(std::uint32_t number, Nanoseconds time);
    void flush();

private:
    using Packet = std::array<std::uint8_t, 40>;

    Analyzer& analyzer_;
    std::array<Packet, FrameBatch::kCapacity> packets_{};
    FrameBatch batch_;
    std::uint64_t frames_ = 0;
};

}  // namespace deadpeer::test
