// What happened to a link, in words.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "capture/live/link_event.h"
#include "deadpeer/analyzer.h"

namespace deadpeer::cli {

// A finished sentence for standard error; names are as the system gives them.
std::string sentence_of(const LinkEvent& event);

// Nothing, or not everything, is captured from the input from now on.
bool begins_gap(const LinkEvent& event);

// What the analysis is told; names are those of the event. REQUIRES: event.is_gap() or begins_gap(event).
CaptureLoss loss_of(const LinkEvent& event);

}  // namespace deadpeer::cli
