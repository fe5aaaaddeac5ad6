#include "sockets/tcp_socket.h"

#include <array>

namespace deadpeer {

std::string_view to_string(TcpState state) {
    constexpr std::array<std::string_view, 12> kNames = {
        "",          "established", "syn_sent",   "syn_received", "fin_wait_1", "fin_wait_2",
        "time_wait", "closed",      "close_wait", "last_ack",     "listen",     "closing"};
    return kNames[static_cast<std::size_t>(state)];
}

std::string_view to_string(TcpTimer timer) {
    constexpr std::array<std::string_view, 5> kNames = {"none", "retransmit", "keepalive", "time_wait",
                                                        "window_probe"};
    return kNames[static_cast<std::size_t>(timer)];
}

}  // namespace deadpeer
