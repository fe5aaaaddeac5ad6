// Names of link types as reports show them.
//
// What:    the LINKTYPE_ name without its prefix, or the number where the table has none.
// Threads: pure function.
// Source:  https://www.tcpdump.org/linktypes.html
#pragma once

#include <string>

#include "deadpeer/frame.h"

namespace deadpeer {

std::string link_type_text(LinkType type);

}  // namespace deadpeer
