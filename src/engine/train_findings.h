// Findings about the tries of one side of a connection, as they happen.
//
// Threads: pure functions.
#pragma once

#include <cstdint>

#include "deadpeer/finding.h"
#include "detect/watch.h"
#include "engine/connection.h"

namespace deadpeer {

// Since the other side was last heard; kNoTime: not known.
Nanoseconds silence_of_peer(const Connection& connection, const Segment& segment);

// The second probe of a train shows that the first found no answer.
Finding unanswered_finding(const Connection& connection, const Train& train, const Segment& probe,
                           std::uint32_t file);

// `train` found no answer for so many tries, and then `answer` came.
Finding recovered_finding(const Connection& connection, const Train& train, std::uint32_t unanswered,
                          const Segment& answer, std::uint32_t file);

// The other side was not heard during `train`, and then all went on; `answer` acknowledges what was lost.
Finding outage_finding(const Connection& connection, const Train& train, const Segment& answer,
                       std::uint32_t file);

// What `large` says of `sender`'s segments shows with `segment`.
Finding mtu_finding(const Connection& connection, const LargeLoss& large, Direction sender,
                    const Segment& segment, std::uint32_t file);

// The other side of the connection, whose numbers went back, is refused by `segment`.
Finding restored_finding(const Connection& connection, const WentBack& back, const Segment& segment,
                         std::uint32_t file);

}  // namespace deadpeer
