// What libpcap tells about this machine and itself.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "deadpeer/result.h"

namespace deadpeer {

// One line, without its end, per interface that libpcap can capture from: number, name, description, flags.
// Names and descriptions are as the system gives them.
Result<std::vector<std::string>> list_interfaces();

// "libpcap version 1.10.3 (with TPACKET_V3)"
std::string libpcap_version();

}  // namespace deadpeer
