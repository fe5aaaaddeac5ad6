// Which link types deadpeer can make anything of.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "deadpeer/source.h"

namespace deadpeer::cli {

std::vector<LinkType> readable_link_types();

// "has link type 147 ...", if the source has only such that nothing can be made of; else empty.
std::string unreadable_link_type(const PacketSource& source);

}  // namespace deadpeer::cli
