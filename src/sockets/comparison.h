// comparison_of(): what the report inferred of a connection beside what its socket says, as sentences.
//
// Threads: pure function.
#pragma once

#include <string>

#include "sockets/report_flows.h"
#include "sockets/tcp_socket.h"

namespace deadpeer {

// `flow`: nothing where the report does not have the connection. The name of the process may be in it:
// untrusted text.
std::string comparison_of(const OwnedSocket& row, const std::optional<ReportFlow>& flow);

}  // namespace deadpeer
