// Sockets with options and peers as a test wants them, in a namespace with addresses, and the rows that the
// program lists of them.
//
// What:    10.9.0.1 and fd00:9::1 are here; whoever else is in these networks is never heard, and sent to
//          without asking for its MAC address.
#pragma once

#include <netinet/tcp.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "capture/live_lab.h"
#include "cli/program.h"
#include "sockets/descriptor.h"

namespace deadpeer::test {

struct SocketLab {
    SocketLab();

    NetworkLab network;
};

// Throws what failed.
void set_option(const Descriptor& socket, int level, int name, int value);
void set_keepalive(const Descriptor& socket, int idle, int interval, int count);
tcp_info info_of(const Descriptor& socket);
std::string port_of(const Descriptor& socket);
std::string inode_of(const Descriptor& socket);

// A listening socket on any port; of IPv6 for IPv4 as well.
Descriptor listen_at(const std::string& address);
// A connection to a port here, by this address.
Descriptor connect_to(const std::string& address, const std::string& port);
Descriptor accept_from(const Descriptor& listener);
// Established with a peer that says nothing, whose window is that large.
Descriptor silent_peer(const std::string& here, const std::string& peer, std::uint32_t window);
// A SYN is sent; there is no answer.
Descriptor begin_connecting(const std::string& peer);

using Row = std::map<std::string, std::string>;
// REQUIRES: quoted cells have no line end in them.
std::vector<Row> rows_of(const std::string& csv);
// The row of the socket with this local port and address. Fails the test if there is none, or another.
Row row_of(const std::string& csv, const std::string& address, const Descriptor& socket);

// Both ends of a connection here.
struct Ends {
    Descriptor listener;
    Descriptor client;
    Descriptor server;
};
Ends connected(const std::string& address);

// What the program lists; fails the test if it complains.
std::string list(const std::vector<std::string>& options = {});
// Of this process.
std::string user_name();
// Fails the test if the cell is empty.
double number(const Row& row, const std::string& column);

using Test = std::function<bool(const Row&)>;
// Lists until there is one such row; fails the test after ten seconds.
Row wait_for_row(const Test& wanted);
// The row of a socket, once it is as wanted.
Row wait_for(const std::string& address, const Descriptor& socket, const Test& wanted);

}  // namespace deadpeer::test
