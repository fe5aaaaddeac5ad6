// MortalTraffic: frames of connections that are asked whether they live, and often do not.
//
// What:   a few hosts with many connections between them, as two interfaces see them: probes, data and
//         heartbeats that find no answer any more, or find one when it is nearly too late; hosts that have
//         forgotten connections; 4-tuples that are used anew; connections that are closed or aborted.
// Purity: the same seed gives the same frames on every machine.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "deadpeer/time.h"
#include "support/scenario_packet.h"

namespace deadpeer::test {

struct MortalFrame {
    Nanoseconds time = 0;
    std::uint32_t input = 0;
    std::uint64_t number = 0;  // in its input
    std::vector<std::uint8_t> bytes;
};

class MortalTraffic {
public:
    static constexpr Nanoseconds kStart = 1'700'000'000 * kSecond;

    // The frames of so many connections, in the order of time.
    static std::vector<MortalFrame> frames(std::uint64_t seed, unsigned connections);

private:
    struct Side {
        ScenarioEndpoint endpoint;
        std::uint32_t next = 1;  // sequence number
    };

    explicit MortalTraffic(std::uint64_t seed) : random_(seed) {}

    void live(unsigned number);
    void probe_and_die();
    void send_and_die();
    void beat_and_stop();
    void be_forgotten();
    void be_reopened();
    void close();

    void open();
    void wait(Nanoseconds time) { now_ += time; }
    void send(bool by_client, std::uint16_t flags, std::uint32_t seq, std::size_t payload = 0);
    void say(bool by_client, std::size_t payload);
    void probe() { send(true, kAck, client_.next - 1); }
    void answer() { send(false, kAck, server_.next); }

    // Uniform.
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    Nanoseconds between(Nanoseconds least, Nanoseconds most) {
        return least + static_cast<Nanoseconds>(random_() % static_cast<std::uint64_t>(most - least));
    }

    static constexpr std::uint16_t kFin = 1, kSyn = 2, kRst = 4, kPush = 8, kAck = 16;

    std::mt19937_64 random_;
    std::vector<MortalFrame> frames_;
    Side client_;
    Side server_;
    std::uint32_t input_ = 0;
    Nanoseconds now_ = 0;
};

}  // namespace deadpeer::test
