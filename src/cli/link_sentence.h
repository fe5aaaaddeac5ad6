// What happened to a link, in words.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "capture/link_event.h"
#include "deadpeer/finding.h"

namespace deadpeer::cli {

// A finished sentence for standard error; names are as the system gives them.
std::string sentence_of(const LinkEvent& event);

// Nothing, or not everything, is captured from the input from now on.
bool begins_gap(const LinkEvent& event);

// Why frames are missing. REQUIRES: event.is_gap() or begins_gap(event).
Reason reason_of(const LinkEvent& event);

}  // namespace deadpeer::cli
