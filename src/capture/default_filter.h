// Capture filters that keep what the analysis needs, and what can be wrong with others.
//
// Source:  pcap-filter(7).
// Threads: any.
#pragma once

#include <string>

#include "deadpeer/frame.h"

namespace deadpeer {

// Keeps TCP, and what tells about hosts: ARP, ICMP, DHCP, and all IPv6 but UDP (extension headers may stand
// before TCP); with any number of VLAN tags. For frames of this link type.
std::string default_capture_filter(LinkType type);

// True if no frame with a VLAN tag can pass the filter on Ethernet, as with "tcp port 80", which looks for
// TCP where the tag stands. False for filters that do not compile.
bool misses_vlan_tagged(const std::string& filter);

}  // namespace deadpeer
