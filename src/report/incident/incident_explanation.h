// The sentences of an incident: those of the event that tells most, or of all its connections together.
//
// Threads: pure function.
#pragma once

#include "report/incident/incident.h"
#include "report/text/explanation.h"

namespace deadpeer {

// Fills `out` anew and answers it. `stream_numbers`: those are Wireshark's.
const Explanation& explain(Explanation& out, const Incident& incident, bool stream_numbers = true);

}  // namespace deadpeer
