// What libpcap and libtins can tell about this machine and themselves.
//
// Threads: any.
#pragma once

#include <string>

#include "deadpeer/result.h"

namespace deadpeer {

// One line per interface that libpcap can capture from: number, name, description, flags. Names and
// descriptions are as the system gives them.
Result<std::string> list_interfaces();

// Versions of the libpcap in use and of the libtins that this was built with, a line each.
std::string library_versions();

}  // namespace deadpeer
