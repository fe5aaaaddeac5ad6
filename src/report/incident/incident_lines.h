// The incidents that a person must see first, for the terminal: a line each with the frame to look at, and
// below it what to do.
//
// Threads: pure function.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "deadpeer/sink.h"
#include "report/incident/incident.h"
#include "report/text/named.h"

namespace deadpeer {

inline constexpr std::size_t kMostIncidentLines = 10;

// "dead peer": what kind of incident it is, in words; empty for events that make none.
std::string_view label_of(EventKind cause);

// `incidents`: the worst first. `inputs`: by the index that findings carry.
void describe_incidents(std::string& out, std::span<const Incident> incidents,
                        std::span<const InputSummary> inputs, const Named& named);

}  // namespace deadpeer
