// IP addresses from text: the way back from to_string().
//
// Threads: pure function.
// Source:  inet_pton(3): dotted decimal with four parts, RFC 4291 section 2.2 for IPv6; no zone, no port.
#pragma once

#include <optional>
#include <string>

#include "deadpeer/address.h"

namespace deadpeer {

std::optional<IpAddress> parse_address(const std::string& text);

}  // namespace deadpeer
