// join: the incidents that cases make, cases with one cause together.
//
// What:    a death or a reboot takes in the probes that it left unanswered, a reboot the connections that
//          were given up before it showed, an idle timeout on a path the connections that it cut.
// Threads: pure function.
#pragma once

#include <map>
#include <vector>

#include "report/incident/case.h"

namespace deadpeer {

// The worst first: by severity, kind of cause, confidence, how many connections, and how long they were
// half-open; of equals the earliest.
std::vector<Incident> join(const std::map<CaseKey, Case>& cases);

}  // namespace deadpeer
