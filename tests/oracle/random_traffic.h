// RandomTraffic: TCP traffic that no sane host would send, to compare the labels of two analysers.
//
// What:    a few connections at a time, whose segments lie on and around every edge that a rule of the
//          sequence analysis looks at: repeated, overlapping, lost and reordered ranges, SACK and D-SACK
//          blocks, MPTCP options, window changes, probes of both kinds and their answers, FIN, RST, SYN and
//          reused ports, wrap-around, time that stands still or runs backwards, cut and damaged headers.
// Purity:  the same seed and style give the same frames on every machine.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "deadpeer/time.h"
#include "support/scenario_packet.h"

namespace deadpeer::test {

// One in so many segments; 0 = never. What is not said is plain.
struct TrafficStyle {
    unsigned sack = 4;       // pure ACKs with SACK blocks
    unsigned mptcp = 0;      // connections that use MPTCP options
    unsigned cut = 0;        // frames whose capture ends inside the IP packet
    unsigned damage = 0;     // a data offset or an IP length that is not true
    unsigned control = 25;   // SYN, FIN and RST out of place
    unsigned edge = 20;      // sequence or acknowledgement numbers from anywhere
    unsigned backwards = 0;  // time stamps before the previous frame's
    unsigned v6 = 8;         // connections over IPv6

    std::size_t kept_payload = 0;  // bytes of it, at most, that are captured
};

struct RandomFrame {
    Nanoseconds time = 0;
    std::vector<std::uint8_t> bytes;  // an IP packet, as captured
    std::uint32_t original_length = 0;
};

class RandomTraffic {
public:
    RandomTraffic(std::uint64_t seed, const TrafficStyle& style);

    RandomFrame next();

private:
    using Range = std::pair<std::uint32_t, std::uint32_t>;

    struct Side {
        ScenarioEndpoint endpoint;
        std::uint32_t isn = 0;
        std::uint32_t next = 0;       // SND.NXT
        std::uint32_t last_ack = 0;   // latest acknowledgement sent
        std::uint16_t window = 0;     // latest window sent
        std::array<Range, 6> sent{};  // latest ranges, in a ring
        std::size_t sent_count = 0;
        std::uint8_t mptcp_subtype = 2;
    };
    struct Connection {
        std::array<Side, 2> sides;
        std::array<std::uint16_t, 3> windows{};
        unsigned handshake_left = 3;
        unsigned segments_left = 0;
        bool mptcp = false;
        bool has_key = false;  // its SYNs offer MPTCP
    };

    // Uniform in [0, n).
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
    bool one_in(unsigned n) { return n != 0 && below(n) == 0; }
    template <typename Value>
    Value pick(std::span<const Value> values) {
        return values[below(static_cast<std::uint32_t>(values.size()))];
    }

    void restart(Connection& connection);
    ScenarioPacket handshake(Connection& connection);
    ScenarioPacket segment(Connection& connection, Side& from, const Side& to);
    void choose_sequence(const Connection& connection, const Side& from, const Side& to,
                         ScenarioPacket& packet);
    void choose_flags(Side& from, ScenarioPacket& packet);
    std::uint32_t choose_ack(const Side& from, const Side& to);
    std::uint32_t near_number(const Side& side);
    void add_sack(const Side& to, ScenarioPacket& packet);
    void add_mptcp(Side& from, ScenarioPacket& packet);
    void remember(Side& from, const ScenarioPacket& packet);
    void damage(RandomFrame& frame, std::size_t tcp_at);
    void step_time();

    std::mt19937_64 random_;
    TrafficStyle style_;
    Nanoseconds time_ = 1'700'000'000 * kSecond;
    std::array<Connection, 3> connections_;
    std::uint16_t next_port_ = 0;
    bool v6_ = false;
};

}  // namespace deadpeer::test
