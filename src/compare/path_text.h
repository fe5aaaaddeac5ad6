// What became of a connection between two points, in sentences.
//
//     "The keepalive probe of 10.0.0.5:40001 left A at 06:50:12 (frame 22) and never reached B, after 350.1 s
//     of silence; the middlebox between dropped the connection (fits AWS NAT gateway (350 s)); B still holds
//     it."
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "compare/comparison.h"
#include "knowledge/knowledge.h"

namespace deadpeer::comparing {

std::string explain(const Path& path, const Knowledge& knowledge);

// Letters out of FSRPAUEC, in that order.
std::string flags_text(std::uint16_t flags);

// "ack, window".
std::string changes_text(Changes changed, const char* between);

}  // namespace deadpeer::comparing
