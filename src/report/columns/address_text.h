// Addresses as reports show them: dotted IPv4, RFC 5952 text for IPv6.
//
// Cost:    no allocation.
// Threads: pure function.
#pragma once

#include <cstddef>

#include "deadpeer/address.h"

namespace deadpeer {

inline constexpr std::size_t kAddressTextCapacity = 46;  // INET6_ADDRSTRLEN

// Answers the end. REQUIRES: kAddressTextCapacity bytes.
char* write_address(char* out, const IpAddress& address);

}  // namespace deadpeer
