// Terminated: two connections that something between the points joins, as a proxy does.
//
// What:    of connections that are not paired yet, and whose handshakes both points saw, those that go to
//          the same port, or have an address in common, and whose first segments with data, a request and
//          its answer, have the same lengths. Where the clock is known, that at B begins while that at A is
//          there. As many must look like that at A as at B: they are paired in the order of time.
// Limits:  what is encrypted anew, or cut differently, has other lengths and is not found.
// Threads: pure function.
#pragma once

#include <vector>

#include "compare/capture_point.h"
#include "compare/clock.h"
#include "compare/connection_pairs.h"

namespace deadpeer::comparing {

std::vector<ConnectionPair> pair_terminated(const CapturePoint& a, const CapturePoint& b, const Clock& clock,
                                            const std::vector<ConnectionPair>& paired);

}  // namespace deadpeer::comparing
