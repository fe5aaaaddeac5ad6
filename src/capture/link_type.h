// Link types: LINKTYPE_ values of files, and the DLT_ values that libpcap's calls want.
//
// Source: https://www.tcpdump.org/linktypes.html
#pragma once

#include <string>

#include "deadpeer/frame.h"

namespace deadpeer {

// "EN10MB", "LINUX_SLL2", ...; the number as text where there is no name.
std::string link_type_name(LinkType type);

namespace capture {

int dlt_of(LinkType type);
LinkType link_type_of(int dlt);

}  // namespace capture
}  // namespace deadpeer
