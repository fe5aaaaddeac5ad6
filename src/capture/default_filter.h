// The capture filter that keeps what the analysis needs.
//
// Source:  pcap-filter(7).
// Threads: any.
#pragma once

#include <string>

#include "deadpeer/frame.h"

namespace deadpeer {

// Keeps TCP, and what tells about hosts: ARP, ICMP, DHCP, and all IPv6 but UDP (extension headers may stand
// before TCP); with any number of VLAN tags, and in the usual tunnels: IP in IP, GRE, VXLAN, Geneve, GTP-U,
// MPLS, PPPoE (the last two on Ethernet). For frames of this link type.
std::string default_capture_filter(LinkType type);

}  // namespace deadpeer
