// The display filter that shows one connection in Wireshark.
//
// What:    by its stream number where that is Wireshark's; else by addresses, ports and the time in which it
//          was seen, as the same addresses and ports may have had other connections before and after, and by
//          their network, if networks are told apart.
// Threads: pure function.
#pragma once

#include <cstdint>
#include <string>

#include "deadpeer/address.h"
#include "report/columns/cells.h"

namespace deadpeer {

// "ip.addr == 192.0.2.1", without the network.
void say_address_filter(std::string& filter, const IpAddress& address);
// " && vlan.id == 10"; nothing where Wireshark has no field for it.
void say_scope_filter(std::string& filter, Scope scope);

// When the connection was seen: the last frame's number, if it is known, says more than its time.
struct SeenFrames {
    Nanoseconds from = kNoTime;
    Nanoseconds until = kNoTime;
    std::uint64_t last_frame = 0;
};

// `stream_numbers`: those are Wireshark's.
std::string connection_filter(std::uint64_t stream, const Endpoint& a, const Endpoint& b,
                              const SeenFrames& seen, bool stream_numbers);

void write_connection_filter(Cells& cells, std::uint64_t stream, const Endpoint& a, const Endpoint& b,
                             const SeenFrames& seen);

}  // namespace deadpeer
