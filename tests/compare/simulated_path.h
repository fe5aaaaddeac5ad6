// SimulatedPath: connections between clients and servers, seen at two points of their path, and the truth.
//
// What:    client - A - box - B - server. Hosts do what TCP does: they acknowledge, retransmit, probe, give
//          up and reset. The box translates addresses, changes initial sequence numbers, loses, forgets and
//          resets, as Ways says. Both points capture, each with its own clock, losses and offloading.
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compare/capture_point.h"
#include "deadpeer/time.h"

namespace deadpeer::simulated {

// What happens to a connection in the end.
enum class Ending : std::uint8_t { kClose, kForgotten, kForgottenOneWay, kResetByBox, kServerDies, kOpen };

struct Ways {
    std::uint64_t seed = 1;
    int connections = 4;
    Ending ending = Ending::kClose;
    bool source_nat = false;
    bool destination_nat = false;
    bool new_numbers = false;  // initial sequence numbers are changed
    bool timestamps = true;
    bool zero_ip_ids = false;
    bool new_ip_ids = false;  // the box writes them anew
    int hops = 1;             // between the points
    double loss_between = 0;
    double loss_beyond = 0;  // between B and the server
    double missed_at_a = 0;  // by the capture
    double missed_at_b = 0;
    bool joined_at_a = false;  // segmentation offload
    bool joined_at_b = false;  // receive offload
    bool midstream = false;    // both captures begin late
    Nanoseconds clock_offset = 0;
    double clock_drift = 0;
    Nanoseconds delay_there = 2 * kMillisecond;
    Nanoseconds delay_back = 2 * kMillisecond;
};

// A frame that a point captured, and the segments that are in it.
struct Captured {
    Nanoseconds time = 0;
    std::vector<std::uint32_t> ids;
};

struct Truth {
    std::vector<bool> lost_between;  // by id
    std::vector<bool> injected;
    std::vector<Captured> at_a;  // by frame number less 1
    std::vector<Captured> at_b;
    Nanoseconds begin = 0;  // of both captures, in A's clock
};

struct Simulated {
    comparing::CapturePoint a;
    comparing::CapturePoint b;
    Truth truth;
};

Simulated simulate(const Ways& ways);

std::string describe(const Ways& ways);

}  // namespace deadpeer::simulated
