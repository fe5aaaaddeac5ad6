// The display filter that shows an incident in Wireshark: its connection, or else the hosts that it is about.
//
// Threads: pure function.
#pragma once

#include <string>

#include "report/incident/incident.h"

namespace deadpeer {

// `stream_numbers`: those are Wireshark's.
std::string incident_filter(const Incident& incident, bool stream_numbers);

}  // namespace deadpeer
