// SimulatedHost: one end of a connection, as simple as TCP can be.
//
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <vector>

#include "deadpeer/segment.h"
#include "deadpeer/time.h"

namespace deadpeer::simulated {

struct Packet {
    std::uint32_t id = 0;
    int connection = 0;
    bool from_client = true;
    bool injected = false;
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;
    std::uint32_t length = 0;
    std::uint32_t tsval = 0;
    std::uint32_t tsecr = 0;
    std::uint16_t flags = 0;
    std::uint16_t ip_id = 0;
    std::uint8_t ttl = 64;
};

// What happens when.
class Agenda {
public:
    using Deed = std::function<void()>;

    [[nodiscard]] Nanoseconds now() const { return now_; }
    void at(Nanoseconds time, Deed deed) { entries_.push({time, next_++, std::move(deed)}); }
    void after(Nanoseconds delay, Deed deed) { at(now_ + delay, std::move(deed)); }
    void run_until(Nanoseconds end) {
        while (!entries_.empty() && entries_.top().time <= end) {
            Entry entry = entries_.top();
            entries_.pop();
            now_ = entry.time;
            entry.deed();
        }
    }

private:
    struct Entry {
        Nanoseconds time;
        std::uint64_t number;
        Deed deed;

        bool operator<(const Entry& other) const {
            return time != other.time ? time > other.time : number > other.number;
        }
    };
    std::priority_queue<Entry> entries_;
    std::uint64_t next_ = 0;
    Nanoseconds now_ = 0;
};

class SimulatedHost {
public:
    static constexpr std::uint32_t kMss = 1000;

    struct Habits {
        int connection = 0;
        bool client = true;
        bool timestamps = true;
        bool zero_ip_ids = false;
        std::uint32_t first_number = 0;
        std::uint16_t first_ip_id = 0;
        std::uint32_t first_tsval = 0;
        Nanoseconds keepalive_idle = 20 * kSecond;
        Nanoseconds keepalive_interval = 5 * kSecond;
        bool keepalive = false;
    };

    SimulatedHost(Agenda& agenda, const Habits& habits, std::function<void(Packet)> send)
        : agenda_(agenda), habits_(habits), send_(std::move(send)), una_(habits.first_number) {
        next_ = una_;
    }

    void connect();
    void write(std::uint32_t bytes);
    void finish();
    void receive(const Packet& packet);
    // It is gone, and says nothing.
    void die() { dead_ = true; }

    [[nodiscard]] bool is_open() const { return established_ && !dead_; }

private:
    static constexpr int kMostTries = 6;
    static constexpr int kMostProbes = 5;

    void send(std::uint32_t seq, std::uint32_t length, std::uint16_t flags);
    void send_ack() { send(next_, 0, kAck); }
    void retransmit();
    void arm_retransmission();
    void arm_keepalive();
    void take_ack(const Packet& packet);
    void take_octets(const Packet& packet);
    [[nodiscard]] std::uint32_t clock() const {
        return habits_.first_tsval + static_cast<std::uint32_t>(agenda_.now() / kMillisecond);
    }

    Agenda& agenda_;
    Habits habits_;
    std::function<void(Packet)> send_;
    std::uint32_t una_;
    std::uint32_t next_ = 0;
    std::uint32_t expected_ = 0;
    std::uint32_t fin_ = 0;                         // its number
    std::map<std::uint32_t, std::uint32_t> early_;  // from, to
    std::uint32_t peer_tsval_ = 0;
    std::uint16_t ip_ids_ = 0;
    int tries_ = 0;
    int duplicates_ = 0;
    int probes_ = 0;
    std::uint64_t timer_ = 0;
    std::uint64_t keepalive_timer_ = 0;
    bool established_ = false;
    bool syn_sent_ = false;
    bool fin_sent_ = false;
    bool peer_finished_ = false;
    bool dead_ = false;
};

}  // namespace deadpeer::simulated
