// known_causes: a simulated network in which things fail for causes that the simulator knows.
//
// What:   sites of a server, its clients and a middlebox between; in each one thing goes wrong at most: the
//         server loses power, reboots, sleeps, or loses its process or its state, the path fails for a while
//         or for good, the middlebox forgets idle connections or restarts, an application aborts.
// Purity: the same seed gives the same frames on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/simulated_network.h"
#include "deadpeer/address.h"
#include "deadpeer/time.h"

namespace deadpeer::test {

enum class Trouble : std::uint8_t {
    kNone,
    kPowerOff,
    kReboot,
    kSleep,
    kProcessEnds,
    kStateLost,  // without a word, as with a container that is removed
    kPathDown,
    kOutage,  // too short for anybody to give up
    kBoxDrops,
    kBoxResets,
    kBoxRestart,
    kClientAborts,
    kServerAborts,
};
constexpr std::size_t kTroubles = 13;

struct SimulatedConnection {
    Endpoint client;
    Endpoint server;
    Fate fate;
};

struct SimulatedSite {
    Trouble trouble = Trouble::kNone;
    IpAddress server;
    Nanoseconds from = kNoTime;
    bool server_heard_elsewhere = false;  // all the time, on a connection that is not concerned
    bool looks_like_reboot = false;       // no capture at one point shows a difference
    std::vector<SimulatedConnection> connections;
};

struct SimulatedWorld {
    std::vector<SimulatedSite> sites;
    std::vector<SimulatedFrame> frames;  // in the order of time
};
SimulatedWorld known_causes(std::uint64_t seed, unsigned sites);

}  // namespace deadpeer::test
