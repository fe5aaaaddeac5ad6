// SimulatedNetwork: hosts, TCP connections, a middlebox and a path, and what a capture point sees of them.
//
// What:   both ends follow RFC 9293 as far as that shows on the wire: handshake, ACKs, retransmissions with a
//         doubling timeout, keepalive, RSTs of hosts without the connection. The capture point is beside one
//         of the ends.
// Purity: the same seed gives the same frames on every machine.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <vector>

#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer::test {

struct SimulatedFrame {
    Nanoseconds time = 0;
    std::uint16_t original_length = 0;
    std::uint8_t captured_length = 0;
    std::uint8_t bytes[60] = {};  // raw IP
};

// What became of a connection, as captured.
struct Fate {
    // Of a side that gave up: at the end of a train that it ended with a RST, or of the same data.
    std::uint32_t probes_in_vain = 0;
    std::uint32_t transmissions_in_vain = 0;
    bool forgotten_by_server = false;  // a RST of the server that had no state
};

class SimulatedNetwork {
public:
    static constexpr Nanoseconds kStart = 1'700'000'000 * kSecond;
    static constexpr Nanoseconds kEnd = kStart + 2400 * kSecond;
    static constexpr Nanoseconds kNever = kEnd * 2;

    struct Host {
        IpAddress address;
        std::uint8_t ttl = 64;
        std::uint16_t ip_id = 0;
        bool counts_ids = true;
        unsigned boots = 0;
        bool is_up = true;

        void boot() {
            ++boots;
            is_up = true;
            ip_id = 0;
        }
    };

    struct Keepalive {
        Nanoseconds idle = 0;  // 0: off
        Nanoseconds interval = 0;
        unsigned count = 0;
    };

    struct End {
        Host* host = nullptr;
        std::uint16_t port = 0;
        bool is_open = false;
        unsigned boots = 0;  // of the host when it was opened
        std::uint32_t next = 0;
        std::uint32_t acked = 0;
        std::uint32_t expected = 0;
        Nanoseconds used = 0;
        Keepalive keepalive;
        unsigned probes = 0;
        unsigned tries = 0;

        [[nodiscard]] bool has_state() const { return is_open && boots == host->boots; }
    };

    struct Box {
        Nanoseconds timeout = kNever;
        bool resets = false;
        bool changes_ttl = false;
        Nanoseconds restarted = kNoTime;
    };

    struct Connection {
        std::array<End, 2> ends;  // client, server
        std::size_t tap = 0;      // the end beside which is captured
        Nanoseconds rtt = 0;
        Nanoseconds passed = 0;  // the box, last
        Nanoseconds period = 0;  // of requests; 0: none
        Box* box = nullptr;
        const bool* path_is_up = nullptr;
        Fate fate;
    };

    explicit SimulatedNetwork(std::uint64_t seed) : random_(seed) {}

    // `act` happens at that time, or that long after now.
    void at(Nanoseconds time, std::function<void()> act);
    void after(Nanoseconds time, std::function<void()> act) { at(now_ + time, std::move(act)); }
    [[nodiscard]] Nanoseconds now() const { return now_; }
    // Lets all happen until kEnd. Answers what was captured, in the order of time.
    std::vector<SimulatedFrame> run();

    // REQUIRES: the connection outlives the network.
    void open(Connection& c);
    // By that end, with a RST.
    void abort(Connection& c, std::size_t side);

    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    bool one_in(unsigned n) { return below(n) == 0; }
    Nanoseconds between(Nanoseconds least, Nanoseconds most) {
        return least + static_cast<Nanoseconds>(random_() % static_cast<std::uint64_t>(most - least + 1));
    }
    template <typename T, std::size_t N>
    T any_of(const std::array<T, N>& values) {
        return values[random_() % N];
    }
    std::uint32_t number() { return static_cast<std::uint32_t>(random_()); }

private:
    struct Segment {
        std::uint8_t flags = 0;
        std::uint32_t seq = 0;
        std::uint32_t ack = 0;
        std::uint16_t length = 0;
    };
    struct Event {
        Nanoseconds at;
        std::uint64_t order;
        std::function<void()> act;

        bool operator<(const Event& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };

    void request(Connection& c);
    void write(Connection& c, std::size_t side, std::uint16_t length);
    void transmit(Connection& c, std::size_t side, std::uint16_t length, Nanoseconds timeout);
    void watch_idle(Connection& c, std::size_t side);
    void probe(Connection& c, std::size_t side);
    void send(Connection& c, std::size_t side, const Segment& segment);
    void receive(Connection& c, std::size_t side, const Segment& segment);
    void record(Connection& c, std::size_t side, const Segment& segment, Nanoseconds time, std::uint8_t ttl);
    [[nodiscard]] static bool is_seen(const Connection& c, std::size_t side) {
        return c.tap == side || *c.path_is_up;
    }

    std::mt19937_64 random_;
    std::priority_queue<Event> events_;
    std::uint64_t order_ = 0;
    Nanoseconds now_ = kStart;
    std::vector<SimulatedFrame> frames_;
};

}  // namespace deadpeer::test
