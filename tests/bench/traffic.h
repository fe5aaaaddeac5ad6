// Traffic: a made-up but plausible mix of TCP connections, one packet after the other.
//
// What:    a fixed number of connections live at once; each that ends is replaced by a new one. Most are
//          request and response exchanges, some are bulk transfers, some sit idle and are kept alive by
//          probes. A small share of segments is retransmitted or reordered; 2 % of the packets are UDP.
//          Or all are bulk transfers that last: full-size segments and their ACKs.
// Purity:  the same seed gives the same packets on every machine.
// Why v4:  libtins drops IPv6 packets that the snap length cuts, so it could not take part with them.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <vector>

#include "deadpeer/segment.h"

namespace deadpeer::bench {

struct Packet {
    std::int64_t time_us = 0;
    std::uint32_t source = 0;
    std::uint32_t destination = 0;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;
    std::uint32_t tsval = 0;
    std::uint32_t tsecr = 0;
    std::uint16_t window = 0;
    std::uint16_t payload_bytes = 0;
    std::uint16_t flags = 0;
    bool is_udp = false;
};

class Traffic {
public:
    enum class Profile : std::uint8_t { kMixed, kBulk };

    Traffic(Profile profile, std::size_t connections, std::uint64_t seed);

    Packet next();

private:
    enum class Kind : std::uint8_t { kExchange, kBulk, kIdle };
    enum class Phase : std::uint8_t {
        kFirstSyn,
        kSecondSyn,
        kHandshakeAck,
        kRequest,
        kResponse,
        kReorderedResponse,
        kResponseAck,
        kProbe,
        kProbeAck,
        kFirstFin,
        kSecondFin,
        kLastAck,
        kOver,
    };
    struct Side {
        std::uint32_t address = 0;
        std::uint16_t port = 0;
        std::uint32_t next_seq = 0;
    };
    struct Connection {
        Side client;
        Side server;
        Kind kind = Kind::kExchange;
        Phase phase = Phase::kFirstSyn;
        std::int64_t round_trip_us = 0;
        std::uint32_t exchanges_left = 0;
        std::uint32_t segments_left = 0;  // of the response under way
        std::uint32_t probes_left = 0;
        std::uint32_t unacknowledged_segments = 0;
        std::uint16_t repeat_bytes = 0;  // payload of a response segment to be sent once more; 0 = none
    };
    struct Event {
        std::int64_t time_us;
        std::uint32_t connection;
        friend bool operator>(const Event& a, const Event& b) {
            return a.time_us != b.time_us ? a.time_us > b.time_us : a.connection > b.connection;
        }
    };

    // Sends the connection's next packet; answers the time until the one after it.
    std::int64_t step(Connection& c, Packet& out);
    std::int64_t open(Connection& c, Packet& out);
    std::int64_t respond(Connection& c, Packet& out);
    std::int64_t keep_alive(Connection& c, Packet& out);
    std::int64_t close(Connection& c, Packet& out);
    std::int64_t after_response(Connection& c);

    void fill(Packet& out, const Side& from, const Side& to, std::uint16_t flags,
              std::uint16_t payload) const;
    Connection new_connection();
    std::uint32_t response_segments(Kind kind);
    std::uint16_t data_segment_bytes();
    std::uint32_t below(std::uint32_t limit);  // uniform in [0, limit)
    bool chance(std::uint32_t of_10000);       // true this many times in 10,000

    const Profile profile_;
    std::mt19937_64 random_;
    std::int64_t now_us_ = 0;
    std::vector<Connection> connections_;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

}  // namespace deadpeer::bench
