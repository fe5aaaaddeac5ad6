// An event as one line for people: when, how bad, what, who, what happened and what to do.
//
//     2026-11-21 06:50:00.123 UTC  critical  peer_dead  10.2.0.2:9000 (db-1)  10.2.0.2:9000 stopped ...
//
// What:    ends with a line end. Names that others chose are made printable. An event about no host is one
//          about the input.
// Cost:    appends to `out`, which is meant to be used again.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "deadpeer/finding.h"
#include "report/text/named.h"

namespace deadpeer {

void describe_event(std::string& out, const Finding& finding, std::string_view input, const Named& named);

}  // namespace deadpeer
