// Hosts and services in words, "10.0.0.2:443 (db-1)", and their names as cells.
//
// Threads: pure functions; cells are written by one thread at a time.
#pragma once

#include <string>

#include "deadpeer/address.h"
#include "diff/service.h"
#include "diff/snapshot.h"
#include "report/columns/cells.h"

namespace deadpeer {

std::string host_text(const IpAddress& address, const HostNames& names);
// Without a port where that is 0.
std::string host_text(const Endpoint& endpoint, const HostNames& names);
// "10.0.0.1 > 10.0.0.2:443"
std::string service_text(const Service& service, const HostNames& names);

// An empty cell where it has none.
void write_name(Cells& cells, const HostNames& names, const IpAddress& address);

}  // namespace deadpeer
