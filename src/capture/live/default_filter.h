// The capture filter that keeps what the analysis needs.
//
// Source:  pcap-filter(7).
// Threads: any.
#pragma once

#include <string>

#include "deadpeer/frame.h"

namespace deadpeer {

// Keeps all IP packets, TCP or not, and ARP: whatever a host sends shows that it is up. With VLAN tags, and
// in MPLS and PPPoE on Ethernet. For frames of this link type.
std::string default_capture_filter(LinkType type);

}  // namespace deadpeer
